# What the pages of clients and secrets say.
clients_list-purpose = A client is one integration of your site: its scopes, secrets and domains.
clients_list-caption = Clients, oldest first
clients_list-client = Client
clients_list-none = You have no clients yet. A client is one integration of your site: its scopes, secrets and domains.
clients_list-first = Create your first client
clients_new-title = Create a client
clients_new-purpose = Its name is all it needs to begin.
overview_client_id = Client ID
overview_issuer = Issuer
overview_role = Your role
secrets_list-purpose = With a secret your server proves that it is yours.
secrets_list-caption = Client Secrets, oldest first
secrets_list-secret = Secret
secrets_list-none = No secrets yet. With a secret your server proves that it is yours.
secrets_ends_in = Ends in
secrets_last_used = Last used
secrets_new-title = New Secret
secrets_made-title = Your secret
secrets_made-next = It opens nothing until it is linked to a domain.
secrets_switch-hint = Off: calls with it are refused until it is on again; nobody is logged out.
secrets_rotate-title = Rotate { $label }
secrets_rotate-purpose = A new secret with the same label and links is made, and the old one ends after a while. Nobody is logged out.
secrets_rotate-overlap = { $hours ->
    [0] Now
    [1] 1 hour
    [24] 24 hours
    [168] 7 days
   *[720] 30 days
}
secrets_delete-title = Delete { $label }?
secrets_delete-purpose = Servers that still send it are refused at once. It can't be undone. Switching it off can.
overview_checklist = Setup checklist
overview_setup = Setup: { $done } of { $all } done
overview_done = Done
overview_to_do = To do
overview_step-scopes = Activate scopes
overview_step-secret = Make a secret
overview_step-domain = Add a domain
overview_step-callback_url = Add a Callback URL
overview_step-link = Link Secret
overview_step-first_login = First login
overview_logins = Logins
overview_logins-recent = Last 30 days
overview_logins-all = All time
overview_users = Users, all time
overview_refused = Refused lately
overview_refused-none = Nothing was refused.
overview_refused-caption = The last refused attempts, newest first
overview_changes = Last changes
overview_changes-caption = The last changes, newest first
overview_time = Time
overview_reason = Reason
overview_fix = What to change
overview_what = What
overview_object = On what
secrets_made-env = Download .env
clients_list-find = Find a client
attention_title = Needs attention
attention_leaked = { $label } was found in public. Make a new secret, and delete this one.
attention_expires = { $label } expires on { $end }. Rotate it before then.
attention_proof = The last look did not find the proof that { $root } is yours.
attention_callback = { $root } has no active Callback URL: nobody can log in there.
attention_secret = No usable secret is linked to { $root }: its logins can't be redeemed.
attention_approval = An approval ends on { $end }. Renew it before then.
attention_accepted = A person has accepted your request.
attention_declined = A person has declined your request.
attention_owner = There is only one owner. Add another, who can step in.
overview_before = Before you go live
overview_advice-live = Test Mode is off
overview_advice-server_ips = Server IP Addresses are given
overview_advice-ownership = Ownership is proven
overview_advice-presentation = Logo, privacy policy and terms are there
overview_advice-second_owner = A second owner can step in
overview_advice-webhook = A Webhook URL tells your servers what happens
overview_advice-verification = Reserved scopes are approved for the domains that use them
overview_next = Next: { $step }
shell_logins = Logins in 7 days
secrets_on-title = Switch { $label } on?
secrets_off-title = Switch { $label } off?
secrets_rotate-now = Servers that still send the old one are refused at once.
secrets_logins = { $logins ->
    [one] One login in 7 days used this secret.
   *[other] { $logins } logins in 7 days used this secret.
}
attention_parked = { $parked ->
    [one] One message to a Webhook URL is parked: nobody tries again until you do.
   *[other] { $parked } messages to Webhook URLs are parked: nobody tries again until you do.
}
clients_list-role = Your role
clients_list-unpaid = Clients are part of a paid account: with one, people log in to your own site with XWMS.
clients_list-plans = See plans
secrets_linked = Linked to
secrets_linked-none = no domain: it opens nothing yet
secrets_leaked = This secret was reported as found in public on { $at }. It stays off. Make a new one, link it, and delete this one.
attention_name = People still see the name { $shown } until the new one is reviewed.
