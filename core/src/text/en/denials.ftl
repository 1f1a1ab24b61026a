# Why the gate says no, and what the partner changes.

client_unknown-explanation = There is no client with this id.
client_suspended-explanation = The client is suspended, or the account that pays for it is.
plan_lapsed-explanation = The plan of the client's billing owner has lapsed, and the time of grace is over.
redirect_uri_missing-explanation = The request has no redirect URI.
redirect_uri_unknown-explanation = The redirect URI is not registered, character for character.
redirect_uri_inactive-explanation = The redirect URI is registered, but switched off.
redirect_uri_needs_test_mode-explanation = The redirect URI is an http or loopback URL, and its domain is not in test mode.
domain_inactive-explanation = The domain is switched off.
login_not_allowed-explanation = The domain does not allow login.
request_malformed-explanation = The request is malformed, or repeats client_id or redirect_uri.
parameter_repeated-explanation = The parameter { $name } was sent more than once.
parameter_invalid-explanation = { $name ->
    [state] The parameter { $name } is too long: it takes 2048 bytes at most.
    [nonce] The parameter { $name } is too long: it takes 2048 bytes at most.
    [login_hint] The parameter { $name } is too long: it takes 2048 bytes at most.
    [max_age] The parameter max_age takes whole seconds, from 0 to 4294967295.
    [prompt] The parameter prompt takes none, login, consent and select_account, and none stands alone.
    [response_mode] The parameter response_mode takes query only.
   *[other] The parameter { $name } has a value that is not accepted.
}
request_not_supported-explanation = The parameter request is not supported.
request_uri_not_supported-explanation = The parameter request_uri is not supported.
response_type_missing-explanation = The request has no response_type.
response_type_unsupported-explanation = The response_type is not code.
pkce_missing-explanation = The request has no code_challenge, and the client's setting pkce is required.
pkce_method_unsupported-explanation = The code_challenge_method is not S256.
pkce_challenge_invalid-explanation = The code_challenge is not 43 characters of base64url.
scope_missing-explanation = No scope was asked for, or none is activated.
scope_not_activated-explanation = The client has not activated these scopes: { $names }.
scope_locked-explanation = These scopes are reserved and not unlocked for this domain or person: { $names }.
scope_not_for_clients-explanation = These scopes are not available with client credentials: { $names }.
test_mode_refuses-explanation = The domain is in test mode, and this person is neither a member nor a tester.
user_suspended-explanation = The person's account is suspended.
email_unverified-explanation = The person has not verified an email address yet.
declined-explanation = The person said no.
login_required-explanation = Nobody is signed in, or not recently enough.
consent_required-explanation = The person has to be asked for consent.
secret_unknown-explanation = The secret is none of this client's.
secret_inactive-explanation = The secret is switched off.
secret_expired-explanation = The secret has expired.
secret_not_linked-explanation = The secret is not linked to the domain.
domain_unknown-explanation = The domain named is none of this client's.
domain_malformed-explanation = What names the domain is neither a domain id nor a host.
domain_ambiguous-explanation = The call names no domain and could mean several: { $choices }.
api_not_allowed-explanation = The domain does not allow API calls.
ip_not_allowed-explanation = The caller's address is none of the domain's server IPs.
login_refused-redirect_uri = The redirect URI is not one that this client may use for logins.
login_refused-client = Logging in through this client is not possible at present.
login_refused-test_mode = This site is being tested: only the people invited to test it can log in.
login_refused-user = Logging in with this account is not possible.
login_refused-authentication = Client authentication failed.
client_unknown-fix = Send the client's id as My Clients shows it.
client_suspended-fix = Write to XWMS: the notice of the suspension says why and where.
plan_lapsed-fix = Renew the plan of the billing owner, or make an owner with a plan the billing owner.
redirect_uri_missing-fix = Send redirect_uri, also when only one is registered.
redirect_uri_unknown-fix = Register exactly this URL as a callback URL, or send one that is registered: scheme, host, port, path, query and case all count.
redirect_uri_inactive-fix = Switch the URL on under Integrations, Domains.
redirect_uri_needs_test_mode-fix = Register an https URL on the domain, or switch test mode on.
domain_inactive-fix = Switch the domain on under Integrations, Domains.
login_not_allowed-fix = Switch allow login on for the domain.
request_malformed-fix = Send client_id and redirect_uri once each, form-encoded in UTF-8.
parameter_repeated-fix = Send each parameter once.
parameter_invalid-fix = Look up which values the parameter takes.
request_not_supported-fix = Send the parameters themselves, without a request object.
response_type_missing-fix = Send response_type=code.
pkce_missing-fix = Switch PKCE with S256 on in the software, so that it sends code_challenge and code_challenge_method=S256. Where it knows no PKCE but sends a nonce, set the client's pkce to or_nonce under Settings.
scope_missing-fix = Ask for at least one scope, such as openid, and activate it for the client.
scope_not_activated-fix = Activate the scopes under Integrations, Scopes, or do not ask for them.
scope_locked-fix = Apply for a verification that covers these scopes on this domain, or send the person an access request.
scope_not_for_clients-fix = Ask only for profile, email, providers, userinfo and useraddresses.
test_mode_refuses-fix = Send the person a test user request, make them a member, or switch test mode off.
user_suspended-fix = Nothing: this person can't log in anywhere.
email_unverified-fix = Nothing: the person verifies the address, then the login goes on.
declined-fix = Nothing: the person chose not to share the data.
login_required-fix = Start the login again without prompt=none.
secret_unknown-fix = Send a secret of this client, whole and unchanged.
secret_inactive-fix = Switch the secret on, or use another.
secret_expired-fix = Make a new secret and use it, or move the expiry.
secret_not_linked-fix = Link the secret to the domain, which has to be active.
domain_unknown-fix = Name a domain of this client by its id, its root domain or a host below it.
domain_malformed-fix = Name the domain by its id or a host alone, without scheme, port or path.
domain_ambiguous-fix = Name the domain, by the parameter domain or the header X-Client-Domain, or make one the primary domain.
api_not_allowed-fix = Switch allow API on for the domain.
ip_not_allowed-fix = Add the address of the calling server to the domain's server IPs.
pkce_or_nonce_missing-explanation = The request has neither a code_challenge nor a nonce with the scope openid; the client's setting pkce is or_nonce.
pkce_or_nonce_missing-fix = Switch PKCE with S256 or the nonce of OpenID Connect on in the software, and ask for the scope openid.
pkce_method_unsupported-fix = Send code_challenge, the base64url of the verifier's SHA-256 without padding, and code_challenge_method=S256.
secret_missing-explanation = No client secret was sent, and the client is a confidential one.
secret_malformed-explanation = What was sent as the client secret can be none.
public_client-explanation = A public client has no client credentials and no native calls.
secret_missing-fix = Send the client secret, by Basic or in the body. Software that can keep none needs a client of the type public.
secret_malformed-fix_white_space = There is white space around the secret, such as the end of a line: send it without.
secret_malformed-fix_checksum = A character of the secret is another one: its checksum is wrong. Copy it anew, or rotate it.
secret_malformed-fix_form = Send the whole secret: it begins with xwms_sk_ and is neither its label nor the few characters that it ends in.
public_client-fix = Make a confidential client for your servers, and use its secret there.
grant_unknown-explanation = The code or refresh token is unknown, or another client's.
code_expired-explanation = The code has expired: it lives a minute.
code_used-explanation = The code was used before.
verifier_missing-explanation = The code was asked for with a code_challenge, and no code_verifier was sent.
verifier_malformed-explanation = The code_verifier is not 43 to 128 characters of A-Z, a-z, 0-9 and -._~ without padding.
verifier_wrong-explanation = The code_verifier does not fit the code_challenge.
verifier_unexpected-explanation = The code was asked for without a code_challenge, and a code_verifier was sent.
redirect_uri_differs-explanation = The redirect_uri is not the one that the code was sent to.
refresh_token_expired-explanation = The refresh token has expired.
refresh_token_used-explanation = The refresh token was used before, so all that came of its login has ended.
grant_ended-explanation = The login that it came from has ended.
grant_unknown-fix = Send each code and refresh token as it was given, with the credentials of the client that it was given to.
code_expired-fix = Redeem a code at once, and keep the clock of the server right.
code_used-fix = Redeem each code once: a callback page that is loaded again starts a new login.
verifier_missing-fix = Keep the code_verifier with the login that was begun, and send it with the code.
verifier_malformed-fix = Make the verifier of 32 random bytes in base64url, without the = at its end.
verifier_wrong-fix = Send the verifier of this very login: two logins begun in one browser have two.
verifier_unexpected-fix = Send a code_challenge with the login, or no code_verifier with the code. If the software did send one, somebody took it out on the way.
redirect_uri_differs-fix = Send the redirect_uri of the login again, character for character, or leave it out.
refresh_token_expired-fix = Start a new login.
refresh_token_used-fix = Keep the newest refresh token of each login, and let one process use it.
grant_ended-fix = Start a new login: the person, the partner or a switch of the client has ended this one.
resource_unknown-explanation = A resource is no API URL in use of the client, or more than was granted.
resource_unknown-fix = Register the address of the resource server as an API URL, character for character, or send one that is registered; at a refresh only what the login named.
logout_url_unknown-explanation = The post-logout redirect URI is no logout URL in use, character for character.
logout_url_unknown-fix = Register exactly this URL as a logout URL; some software sends its base URL without a slash, or its callback.
