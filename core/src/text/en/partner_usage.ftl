# What the pages of scopes, users, attempts and the check say.
required-scope_names = Choose at least one scope.
scopes_list-purpose = Scopes decide which data and actions your logins and API calls open.
scopes_list-none = No scopes yet. Scopes decide which data and actions your logins and API calls open.
scopes_list-caption = Client Scopes, in the order of the catalog
scopes_list-scope = Scope
scopes_list-opens = What it opens
scopes_list-tier = Tier
scopes_tier-open = Open
scopes_tier-reserved = Reserved
scopes_reserved = A reserved scope works in Test Mode, for people who accept an Access Request, and for everybody on domains that a verification covers.
scopes_new_verification = New Verification
scopes_new-title = New Client Scope
scopes_new-purpose = Tick what your logins and API calls need. People are asked only for what a login names.
scopes_active = active
scopes_offline = Needed for refresh tokens.
scopes_deactivate = Deactivate
scopes_delete-title = Deactivate { $scope }?
scopes_delete-purpose = Logins that were given this scope lose it at once, and have it again when you activate it again. Logins that ask for it are refused.
users_tab-users = Client Users
users_tab-access = Access Requests
users_tab-tests = Test User Requests
users_tab-stats = Stats
users_list-purpose = People who have logged in through this client.
users_list-none = Nobody has logged in yet. Open your login and try it: the Quickstart has the code.
users_list-caption = Client Users, by sub
users_list-user = Person
users_q = Search
users_q-hint = A whole sub, or a name or address that somebody shares with you now, from 3 letters.
users_any_domain = Any domain
users_first_login = First login
users_last_login = Last login
users_logins = Logins
users_domains = Domains
users_shares = Shares now
users_shares-nothing = nothing
users_sub = sub
users_one-title = User { $sub }
users_end = End consent
users_delete-title = End the consent of { $sub }?
users_delete-purpose = Their tokens for this client end at once, and nothing more is shared. That they logged in stays known. At their next login they are asked again.
requests_all = Requests
requests_kind = Kind
requests_purpose-access = Ask one person for scopes that are reserved. They answer in their account and can end it at any time.
requests_purpose-test = Ask one person to test a domain in Test Mode. They answer in their account and can end it at any time.
requests_purpose-all = What this client has asked of single people, and what they answered.
requests_new-access = New Access Request
requests_new-test = New Test User Request
requests_any_status = Any status
requests_state-pending = Pending
requests_state-accepted = Accepted
requests_state-declined = Declined
requests_state-withdrawn = Withdrawn
requests_list-none = Nobody has been asked yet.
requests_list-caption = Requests, oldest first
requests_person = Person
requests_what = For what
requests_all_domains = All domains
requests_email = Email address
requests_email-hint = The address of their account. The answer is the same whether or not there is one.
requests_sub-hint = Instead of the address: the sub of one of your users.
requests_scopes-hint = Activated scopes. The person reads what each of them opens.
requests_reason = Reason
requests_reason-hint = The person reads it, as your words.
requests_expires-hint = Empty: it does not end by itself. A day such as 2030-01-31, or a time such as 2030-01-31T12:00 (time zone: { $zone }).
requests_send = Send
requests_withdraw = Withdraw
requests_withdraw-title = Withdraw the request to { $person }?
requests_withdraw-access = It was accepted: the scopes that only it unlocks are closed for this person at once.
requests_withdraw-test = It was accepted: this person is no tester any more, at once.
requests_withdraw-open = The person can’t answer it any more.
stats_purpose = Logins, and people: each counted once a day, in UTC. The last seconds are not counted yet.
stats_by = By
stats_by-day = Day
stats_by-domain = Domain
stats_by-scope = Scope
stats_total-logins = Logins, all time
stats_total-users = Users, all time
stats_none = No logins in this time.
stats_plan = The plan of the billing owner shows the last 30 days by day. Other times, by domain, by scope and the file are a part of advanced statistics.
stats_plans = See plans
stats_file = Download CSV
stats_as_table = Show as a table
stats_logins-daily = Logins by day
stats_logins-weekly = Logins by week, named by its first day
stats_users-daily = People by day
stats_logins-finding = { $total ->
    [one] 1 login
   *[other] { $total } logins
}, most on { $label }: { $most }
stats_users-finding = Most on { $label }: { $most }
stats_so_far = { $day }, so far
stats_day = { $day } { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}
stats_caption = From { $from } to { $to }
stats_table-day = Day
stats_table-users = People
attempts_purpose = Refused logins and calls: the newest 10,000 of 30 days. No user data.
attempts_none = Nothing was refused.
attempts_caption = Refused attempts, newest first
attempts_time = Time
attempts_reason = Reason
attempts_reason-hint = A code such as redirect_uri_unknown.
attempts_reference = Reference
attempts_reference-hint = The 12 characters that the person was shown.
attempts_fix = What to change
attempts_check = Check this
denials_there = Go there
denials_parameter_repeated = A parameter was sent more than once.
denials_parameter_invalid = A parameter has a value that is not accepted.
denials_scope_not_activated = The client has not activated all of these scopes.
denials_scope_locked = Some of these scopes are reserved and not unlocked for this domain or person.
denials_scope_not_for_clients = Some of these scopes are not available with client credentials.
denials_domain_ambiguous = The call names no domain and could mean several.
check_purpose = Say what you would send, and see which rules pass. Nothing is required, and nothing is changed.
check_submit = Check
check_redirect_uri = Redirect URI
check_redirect_uri-hint = Exactly as your server sends it.
check_scope = Scopes
check_scope-hint = With a space between them: openid profile
check_domain-hint = Its id, its root domain, or a host below it.
check_ip = Caller’s address
check_ip-hint = The address of your server, such as 192.0.2.7.
check_secret = Secret
check_secret-hint = It is neither stored nor logged.
check_more = OAuth parameters
check_passed = { $passed } of { $all } rules pass
check_rule = Rule
check_result = Result
check_why = Why
check_fix = Fix
check_passes = ✓ Passes
check_fails = ✕ Fails
check_rule-client_known = The client exists
check_rule-client_not_suspended = It is not suspended
check_rule-plan_entitles = Its plan allows it
check_rule-redirect_uri = The URL is an active Callback URL of an active domain with Allow Login
check_rule-response_type = The response type is code
check_rule-pkce = PKCE with S256 is sent
check_rule-scope = All scopes are activated
check_rule-secret_known = The secret is one of yours
check_rule-secret_active = The secret is on
check_rule-secret_not_expired = The secret has not expired
check_rule-domain_named = It is clear which domain is meant
check_rule-secret_linked = The secret is linked to the domain
check_rule-domain_active = The domain is on
check_rule-api_allowed = Allow API is on
check_rule-ip_allowed = The address is a Server IP Address
check_rule-scope_unlocked = Reserved scopes are unlocked here
quickstart_purpose = A first login with the library you use. The secret is always read from the environment.
quickstart_kit = Kit
quickstart_first_domain = The first active domain
quickstart_callback = Callback URL
quickstart_secret = Secret
quickstart_no_callback = This domain has no active Callback URL that you can see. The one below is an example: register yours first.
quickstart_then = Open your login and come back: the last step of the setup checklist ticks.
check_nearest = The nearest registered one is { $url }
check_nearest-missing = From character { $at }, “{ $right }” is missing.
check_nearest-extra = From character { $at }, “{ $wrong }” is too much.
check_nearest-other = From character { $at }, “{ $wrong }” is “{ $right }” there.
scopes_undo = Undo
requests_any_kind = Any kind
check_caption = Rules, broken ones first
users_ask-access = Send Access Request
users_ask-test = Send Test User Request
field_at_login = Asked at login
field_at_login-hint = Asked of everybody when a login names no scopes. Off: only when a login names it.
scopes_delete-logins = { $logins ->
    [one] One login in 7 days was given this scope. It loses it at once, and has it again when you activate it again.
   *[other] { $logins } logins in 7 days were given this scope. They lose it at once, and have it again when you activate it again.
}
attempts_address = From
attempts_redirect_uri = Redirect URI
attempts_nearest = Nearest registered
attempts_scopes = Scopes
check_rule-resource = The resource is registered
