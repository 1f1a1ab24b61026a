# What the pages of the account say.
menu_theme = Theme
menu_theme-auto = As your device
menu_theme-light = Light
menu_theme-dark = Dark
menu_language = Language
menu_apply = Apply
language_english = English
language_dutch = Nederlands
language_german = Deutsch
home_waits = What waits for you
home_waits-nothing = Nothing waits for you.
home_waits-invitations = { $count ->
    [one] One invitation waits for your answer
   *[other] { $count } invitations wait for your answer
 }
home_waits-requests = { $count ->
    [one] One request waits for your answer
   *[other] { $count } requests wait for your answer
 }
home_waits-unread = { $count ->
    [one] One unread notification
   *[other] { $count } unread notifications
 }
home_standing = Your account
home_signed_in = You signed in
home_apps = { $count ->
    [0] You share nothing with any site
    [one] One site
   *[other] { $count } sites
 }
general_purpose = What sites learn of this is up to you: each one asks first.
general_email-verified = Verified
general_email-unverified = Not verified yet
general_locale-auto = As the browser asks
field_locale = Language
field_locale-hint = Of our pages and mails. Sites may be told it too.
field_zoneinfo = Time zone
field_zoneinfo-hint = By its name, such as Europe/Amsterdam.
security_purpose = What keeps your account yours.
security_tokens = API tokens of your account
security_password-title = Change password
security_password-now = Your password now
security_password-ends = With a new password you are signed out everywhere but here, sites ask you to log in again, and the API tokens of your account end.
security_password-done = Your password is changed. You are signed out everywhere but here.
wrong_password = This is not your password. Give the one that you sign in with.
required-password = It is a while since you signed in. Give your password to go on; everything else is kept.
confirm_title = Is it you?
confirm_purpose = You are about to do something that matters. Give your password once more.
confirm_go_on = Go on
sessions_purpose = Where you are signed in. End what you do not recognise, and change your password then.
sessions_caption = Sessions, newest first
sessions_browser = Browser
sessions_browser-on = { $browser } on { $system }
sessions_browser-alone = { $name }
sessions_browser-unknown = A browser that does not say what it is
sessions_address = Address
sessions_signed_in = Signed in
sessions_ends = Ends
sessions_action = What you can do
sessions_this = This browser
sessions_end = End
sessions_end_others = End all others
sessions_done-others = Ended. You are signed in here only.
sessions_count = { $count ->
    [one] Signed in here only
   *[other] Signed in in { $count } browsers
 }
apps_end-title = Stop sharing with { $name }?
apps_end-purpose = The site logs you out and learns nothing more. It keeps what it learned before. At your next login there you are asked again.
apps_end-shared = You share
apps_end-since = Since
apps_end-last = Last login
plan_purpose = What your account may do, and what hangs on it.
plan_name = Plan
plan_name-free = Free
plan_name-paid = Paid
plan_until = Until
plan_until-for_good = no end
plan_count = Clients
plan_count-of = { $count } of { $most } clients
plan_count-none = It holds no clients of your own
plan_clients = Hang on it
plan_clients-none = none
plan_stats = Statistics
plan_stats-advanced = By domain and scope, of any time, and as a file
plan_stats-basic = Logins and users of the last 30 days
plan_lapsed = Your plan has ended. Your clients can be looked at, switched off and deleted; everything else waits for a plan.
plan_change = Whoever runs this XWMS changes plans.
account_tokens-purpose = With a token your programs use the management API as you, as far as it permits.
account_tokens-none = No API tokens yet. With one your programs use the management API as you.
account_tokens-new = New API token
account_tokens-caption = API tokens, oldest first
account_tokens-permissions = Permissions
account_tokens-permissions_hint = In each client it may no more than your own role there.
account_tokens-used = Last used
account_tokens-action = What you can do
account_tokens-label_hint = Empty: API token
account_tokens-made = Your API token
account_tokens-made_before = This was made already, and its value was shown then. If it was lost, delete it and make another.
account_tokens-next = Send it as Authorization: Bearer to the management API. Keep it as you keep a password.
account_tokens-delete = Delete { $label }?
account_tokens-ends = Programs that use it are refused from that moment on.
unknown_value-theme = Give auto, light or dark.
field_birth_date = Birth date
field_gender = Gender
field_gender-hint = In your own words.
field_country = Country
field_country-hint = Its two letters, such as NL.
field_phone_number = Telephone number
field_phone_number-hint = With the country’s code, such as +31612345678.
