# What stands around every page, and words that many pages share.
shell_skip = Skip to the content
shell_nav-top = Main
shell_nav-client = Client
shell_nav-account = Account
shell_nav-staff = Staff
shell_menu = Menu
shell_unread = unread
shell_log_out = Log out
shell_all_clients = All clients
shell_copy = Copy
shell_create = Create
shell_save = Save
shell_delete = Delete
shell_cancel = Cancel
shell_rotate = Rotate
shell_switch_on = Switch on
shell_switch_off = Switch off
shell_status = Status
shell_id = ID
shell_never = never
shell_day = { $day } { $month ->
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
} { $year }
shell_moment = { $day }, { $clock } { $zone }
shell_error = Error:
shell_errors = Some values are not right
shell_pages = Pages
shell_pages-first = First page
shell_pages-next = Next
shell_only_time = This is the only time it is shown.
shell_stored = I have stored it
shell_shown_before = This was made already, and its value was shown then. If it was lost, rotate it or delete it.
shell_plan_required = The plan does not allow this: clients are part of a paid account.
shell_stale = Somebody else changed this in the meantime. Your values are still in the fields; what stands now is beside them. Save again to keep yours.
shell_sent_twice = This form was sent before with other values. Open the page again to start afresh.
shell_too_many = Too often. Try again { $wait }.
shell_lacking = You can look at this. <b>{ $action }</b> ({ $permission }) is not in your role, <bdi>{ $role }</bdi>. An owner can change that.
shell_signed_out-title = You were signed out
shell_signed_out-text = Nothing was changed. Here is what you sent, to copy. Sign in and send it again.
state_live = Live
state_test_mode = Test Mode
state_read_only = Read-only
state_suspended = Suspended
state_active = Active
state_off = Off
state_expired = Expired
band_test_mode = <b>Test Mode.</b> Only members and accepted testers can log in. Reserved scopes are open to them. Consent is asked again when it ends.
band_read_only = <b>Read-only.</b> The plan of <bdi>{ $owner }</bdi> does not hold clients any more. You can switch off and delete; everything else waits for a plan.
band_suspended = <b>Suspended</b> by the XWMS team. Logins, tokens and changes have stopped.
band_under_review = <b>Under review.</b> People still see the name <bdi>{ $name }</bdi> until the new one is reviewed.
done_created = Created.
done_saved = Saved.
done_deleted = Deleted.
done_on = Switched on.
done_off = Switched off.
done_linked = Linked.
done_unlinked = Unlinked.
done_activated = Activated.
done_deactivated = Deactivated.
done_sent = Sent. You see here what they answer.
done_withdrawn = Withdrawn.
done_ended = Ended.
done_invited = Invited. They become a member when they accept.
done_left = You have left.
done_removed = Removed.
done_applied = Sent to the staff. Everything goes on working while they look.
done_handed = The bill was handed over.
done_looked = We have looked.
section_my_clients = My Clients
section_staff = Staff
section_account = Account
section_integrations = Integrations
section_overview = Overview
section_domains = Domains
section_scopes = Client Scopes
section_secrets = Client Secrets
section_users = Users
section_attempts = Attempts
section_check = Check
section_quickstart = Quickstart
section_verifications = Verification Center
section_members = Members
section_roles = Roles
section_tokens = API tokens
section_audit = Audit
section_settings = Settings
section_account-dashboard = Account Dashboard
section_account-general = General
section_account-security = Security
section_account-sessions = Sessions
section_account-tokens = API tokens
section_account-plan = Plan
section_staff-verifications = Verifications
section_staff-users = Users
section_staff-clients = Clients
section_staff-scopes = Scope catalog
section_staff-keys = Signing keys
field_client_name = Name
field_client_name-hint = What people read when they log in. You can change it later.
field_label = Label
field_label-hint = Empty: Standard Key
field_expires_at = Expiration Date
field_expires_at-secret_hint = Empty: it does not expire. A day such as 2030-01-31, or a time such as 2030-01-31T12:00 (time zone: { $zone }).
field_overlap_seconds = The old one works for
shell_now = now: { $now }
shell_copied = Copied
shell_unsaved = Not saved yet
shell_apply = Apply
shell_clear = Clear
shell_no_match = Nothing matches.
shell_actions = Actions
shell_made = Made on
field_from = From
field_to = To
field_domain = Domain
done_deactivated-what = Deactivated: { $what }.
done_suspended = Suspended.
done_lifted = The suspension is lifted.
done_decided = Decided. The partner is told.
done_revoked = Revoked. What it unlocked is locked again.
done_rotated = Rotated.
shell_to_do = { $count } to do
shell_menu-at = Menu: { $section }
shell_documentation = Documentation
shell_support = Support
state_under_review = Under review
band_test_mode-link = Go live
band_under_review-link = See the application
band_read_only-grace = <b>Read-only.</b> The plan of <bdi>{ $owner }</bdi> ended on { $ended }. Logins go on until { $until }. You can switch off and delete; everything else waits for a plan.
band_read_only-over = <b>Read-only.</b> The plan of <bdi>{ $owner }</bdi> ended on { $ended }. Logins have stopped. You can switch off and delete; everything else waits for a plan.
band_read_only-plans = See plans
band_read_only-hand = Hand the bill to another owner
band_suspended-since = <b>Suspended</b> by the XWMS team on { $since }. Logins, tokens and changes have stopped.
band_unconfirmed-word = Confirm your address
band_unconfirmed = <b>Confirm your address.</b> You are signed in here; other sites wait until <bdi>{ $email }</bdi> is confirmed.
band_unconfirmed-again = Send the mail again
done_mailed = The mail is on its way. Look in your mailbox.
shell_saving = Saving…
shell_all_none = All or none
shell_found = found
shell_not_reached = The server could not be reached. Nothing was changed.
band_suspended-reason = <b>Suspended</b> by the XWMS team on { $since }: “<bdi>{ $reason }</bdi>”. Logins, tokens and changes have stopped.
state_expires = { $days ->
    [0] Expires within a day
    [one] Expires in one day
   *[other] Expires in { $days } days
}
state_leaked = Leaked
shell_changed_by = Changed by
shell_logins_30 = Logins in 30 days
