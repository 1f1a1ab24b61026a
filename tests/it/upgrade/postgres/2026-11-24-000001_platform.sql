-- access token: eyJhbGciOiJFUzI1NiIsImtpZCI6IlNLelZIa1ExaEhGQldNRDl1UE52ajZIdlhiR0JvdkYyMjJEQzJ4TEpKdzQiLCJ0eXAiOiJhdCtqd3QifQ.eyJpc3MiOiJodHRwOi8vMTI3LjAuMC4xOjgwODAiLCJzdWIiOiI1MTExMTUxNjU0MTA2MzE3IiwiYXVkIjoiaHR0cDovLzEyNy4wLjAuMTo4MDgwIiwiY2xpZW50X2lkIjoiY2xpZW50XzAxamQzdjhtMWVmYjlya3lxOXd6dncyeDRhIiwic2NvcGUiOiJlbWFpbCBvZmZsaW5lX2FjY2VzcyBvcGVuaWQgcHJvZmlsZSIsImp0aSI6ImdyYW50XzAxa2ptbWJ4MzBlMDA4MjJheWpwZW5rMDBqLjYxMTRlMGI3NjE3NWNkN2QxYThiNWY0NmZmZDU1MmIwIiwiaWF0IjoxNzcyMzY2NDYwLCJleHAiOjE3NzIzNjcwNjAsImRvbWFpbiI6ImRvbWFpbl8wMWtqbW1hMmcwZTAwODE0aGdxNTlycnFydyJ9.Zc8SIRo8BRCbpJHKFZsrwOzIk9jwNjdsfyRJtXimXe8tIniqm4xUfbqu5mPayZ7PFR36T6T1HM_ETiYIaN6hzw
-- api token: xwms_pat_mf0AwOUNZyMqrNtYwcMEhfz0x1gIvrf76JzOoArAVZG2gdjqm
-- api token's id: token_01kjmmbx30e0081zx1vq2k1djf
-- letter's object: request_01kjmmbx30e0081yt8zstg6xbg
-- master key: u+PFhqoMuHvU9DKnR30TANga9U+B9W9jsQtOGFEcvPg=
-- notification: third-engines.example is in test mode now: it accepts http and loopback URLs and calls from any address, and only members and testers can log in there. Switch it off before you go live.
-- now: 2026-03-01T12:01:00Z
-- refresh token: xwms_rt_AZypRfRghQC-tYE2oOHez3ScmSexS1QA_ODbP07wsL63ZKvdWSY
-- revoked token: eyJhbGciOiJFUzI1NiIsImtpZCI6IlNLelZIa1ExaEhGQldNRDl1UE52ajZIdlhiR0JvdkYyMjJEQzJ4TEpKdzQiLCJ0eXAiOiJhdCtqd3QifQ.eyJpc3MiOiJodHRwOi8vMTI3LjAuMC4xOjgwODAiLCJzdWIiOiI1MTExMTUxNjU0MTA2MzE3IiwiYXVkIjoiaHR0cDovLzEyNy4wLjAuMTo4MDgwIiwiY2xpZW50X2lkIjoiY2xpZW50XzAxamQzdjhtMWVmYjlya3lxOXd6dncyeDRhIiwic2NvcGUiOiJlbWFpbCBvZmZsaW5lX2FjY2VzcyBvcGVuaWQgcHJvZmlsZSIsImp0aSI6ImdyYW50XzAxa2ptbWJ4MzBlMDA4MjFwYW1wcWQ4am42LmE2ZjI4NzYxZWMyZWE5MWFiOWJkY2I1NTFiMzE1NWZiIiwiaWF0IjoxNzcyMzY2NDYwLCJleHAiOjE3NzIzNjcwNjAsImRvbWFpbiI6ImRvbWFpbl8wMWtqbW1hMmcwZTAwODE0aGdxNTlycnFydyJ9.9CfiKzyI3E50YUmXSS0PPoByfnqEd_pQ-PJqTbKsuylDR-Pq_mZwMiTj_r6NrBSUDGgn5v2Q6Cf9qqr32BZtog
-- seal: baf5332fd4f53414cb6b83ce9e7e775828fc38a29d19fd1b9e2640ca08f20eb0
CREATE TABLE public.__diesel_schema_migrations (
    version character varying(50) NOT NULL,
    run_on timestamp without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);
CREATE TABLE public.addresses (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    kind text NOT NULL,
    name text,
    company_name text,
    firstname text,
    lastname text,
    phone text,
    email text,
    tax_nr text,
    registration_nr text,
    access_code text,
    postal_code text,
    house_number text,
    street text,
    city text,
    country text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    CONSTRAINT addresses_kind_check CHECK ((kind = ANY (ARRAY['standard'::text, 'billing'::text, 'business'::text, 'contract'::text, 'mailing'::text, 'shipping'::text])))
);
CREATE TABLE public.api_tokens (
    id bytea NOT NULL,
    digest bytea NOT NULL,
    user_id bigint NOT NULL,
    client_id bytea,
    label text NOT NULL,
    hint text NOT NULL,
    permissions text NOT NULL,
    expires_at bigint,
    suspended_at bigint,
    last_used_at bigint,
    created_at bigint NOT NULL
);
CREATE TABLE public.attempts (
    id bytea NOT NULL,
    client_id bytea NOT NULL,
    domain_id bytea,
    reason text NOT NULL,
    reference text NOT NULL,
    at bigint NOT NULL
);
CREATE TABLE public.audit_entries (
    id bytea NOT NULL,
    client_id bytea,
    actor text NOT NULL,
    action text NOT NULL,
    object text NOT NULL,
    address text NOT NULL,
    before text,
    after text,
    at bigint NOT NULL,
    digest bytea NOT NULL
);
CREATE TABLE public.audit_seal_entries (
    entry_id bytea NOT NULL,
    seal_number bigint NOT NULL
);
CREATE TABLE public.audit_seals (
    number bigint NOT NULL,
    seal bytea NOT NULL,
    at bigint NOT NULL
);
CREATE TABLE public.audit_unsealed (
    entry_id bytea NOT NULL
);
CREATE TABLE public.client_blocks (
    user_id bigint NOT NULL,
    client_id bytea NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.client_scopes (
    client_id bytea NOT NULL,
    scope text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.client_secrets (
    id bytea NOT NULL,
    client_id bytea NOT NULL,
    label text NOT NULL,
    digest bytea NOT NULL,
    hint text NOT NULL,
    active boolean NOT NULL,
    expires_at bigint,
    leaked_at bigint,
    last_used_at bigint,
    last_used_from text,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE TABLE public.client_user_domains (
    client_id bytea NOT NULL,
    user_id bigint NOT NULL,
    domain_id bytea NOT NULL,
    last_login_at bigint NOT NULL
);
CREATE TABLE public.client_users (
    client_id bytea NOT NULL,
    user_id bigint NOT NULL,
    subject bigint NOT NULL,
    first_login_at bigint NOT NULL,
    last_login_at bigint NOT NULL,
    logins bigint NOT NULL
);
CREATE TABLE public.clients (
    id bytea NOT NULL,
    name text NOT NULL,
    reviewed_name text,
    logo_digest bytea,
    reviewed_logo_digest bytea,
    contact_email text,
    homepage_url text,
    privacy_url text,
    terms_url text,
    subject_type text NOT NULL,
    id_token_alg text NOT NULL,
    billing_owner bigint,
    suspended_at bigint,
    suspended_reason text,
    deleted_at bigint,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    CONSTRAINT clients_check CHECK (((billing_owner IS NOT NULL) OR (deleted_at IS NOT NULL))),
    CONSTRAINT clients_id_token_alg_check CHECK ((id_token_alg = ANY (ARRAY['RS256'::text, 'ES256'::text]))),
    CONSTRAINT clients_subject_type_check CHECK ((subject_type = ANY (ARRAY['public'::text, 'pairwise'::text])))
);
CREATE TABLE public.codes (
    code_key bytea NOT NULL,
    kind text NOT NULL,
    grant_id bytea NOT NULL,
    client_id bytea NOT NULL,
    domain_id bytea NOT NULL,
    redirect_uri text NOT NULL,
    code_challenge text,
    nonce text,
    wrong_tries integer NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint,
    CONSTRAINT codes_kind_check CHECK ((kind = ANY (ARRAY['authorization'::text, 'callback'::text])))
);
CREATE TABLE public.consent_domains (
    consent_id bytea NOT NULL,
    domain_id bytea NOT NULL,
    test_mode boolean NOT NULL,
    granted_at bigint NOT NULL
);
CREATE TABLE public.consents (
    id bytea NOT NULL,
    client_id bytea NOT NULL,
    user_id bigint NOT NULL,
    scope text NOT NULL,
    granted_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    ended_at bigint
);
CREATE TABLE public.deliveries (
    id bytea NOT NULL,
    outbox_id bytea NOT NULL,
    url_id bytea NOT NULL,
    status text NOT NULL,
    next_try_at bigint NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT deliveries_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'delivered'::text, 'parked'::text])))
);
CREATE TABLE public.delivery_tries (
    delivery_id bytea NOT NULL,
    number integer NOT NULL,
    at bigint NOT NULL,
    status integer,
    milliseconds bigint NOT NULL
);
CREATE TABLE public.domain_server_ips (
    domain_id bytea NOT NULL,
    network text NOT NULL,
    "position" integer NOT NULL
);
CREATE TABLE public.domain_urls (
    id bytea NOT NULL,
    domain_id bytea NOT NULL,
    kind text NOT NULL,
    url text NOT NULL,
    active boolean NOT NULL,
    sealed_secret bytea,
    sealed_old_secret bytea,
    old_secret_expires_at bigint,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    CONSTRAINT domain_urls_kind_check CHECK ((kind = ANY (ARRAY['callback'::text, 'webhook'::text, 'logout'::text])))
);
CREATE TABLE public.domains (
    id bytea NOT NULL,
    client_id bytea NOT NULL,
    root_domain text NOT NULL,
    internal_name text,
    logo_digest bytea,
    fallback_uri text,
    fallback_response text,
    allow_login boolean NOT NULL,
    allow_api boolean NOT NULL,
    active boolean NOT NULL,
    is_primary boolean NOT NULL,
    test_mode boolean NOT NULL,
    ownership text NOT NULL,
    ownership_token text NOT NULL,
    ownership_checked_at bigint,
    ownership_failures integer NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    CONSTRAINT domains_ownership_check CHECK ((ownership = ANY (ARRAY['unproven'::text, 'proven'::text])))
);
CREATE TABLE public.email_tokens (
    token_key bytea NOT NULL,
    purpose text NOT NULL,
    user_id bigint NOT NULL,
    email text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint,
    CONSTRAINT email_tokens_purpose_check CHECK ((purpose = ANY (ARRAY['verify_email'::text, 'reset_password'::text])))
);
CREATE TABLE public.flows (
    id bytea NOT NULL,
    browser_key bytea,
    network_key bytea,
    kind text NOT NULL,
    sign_token_key bytea,
    client_id bytea,
    domain_id bytea,
    request text NOT NULL,
    decision text,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    CONSTRAINT flows_decision_check CHECK ((decision = ANY (ARRAY['allowed'::text, 'denied'::text]))),
    CONSTRAINT flows_kind_check CHECK ((kind = ANY (ARRAY['authorize'::text, 'native'::text, 'logout'::text])))
);
CREATE TABLE public.grants (
    id bytea NOT NULL,
    client_id bytea NOT NULL,
    domain_id bytea NOT NULL,
    user_id bigint NOT NULL,
    consent_id bytea NOT NULL,
    subject bigint NOT NULL,
    session_id bytea NOT NULL,
    scope text NOT NULL,
    authenticated_at bigint NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    revoked_at bigint
);
CREATE TABLE public.idempotency_keys (
    key_digest bytea NOT NULL,
    body_digest bytea NOT NULL,
    status integer,
    answer text,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE public.images (
    digest bytea NOT NULL,
    content bytea NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.job_positions (
    job text NOT NULL,
    "position" bytea NOT NULL
);
CREATE TABLE public.known_devices (
    token_key bytea NOT NULL,
    user_id bigint NOT NULL,
    last_used_at bigint NOT NULL
);
CREATE TABLE public.letters (
    id bytea NOT NULL,
    email_key text NOT NULL,
    address text,
    wanted boolean NOT NULL,
    kind text NOT NULL,
    object text NOT NULL,
    subject text NOT NULL,
    text text NOT NULL,
    mail text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.login_stat_users (
    client_id bytea NOT NULL,
    day bigint NOT NULL,
    dimension text NOT NULL,
    name text NOT NULL,
    user_id bigint NOT NULL,
    CONSTRAINT login_stat_users_dimension_check CHECK ((dimension = ANY (ARRAY['total'::text, 'domain'::text, 'scope'::text])))
);
CREATE TABLE public.login_stats (
    client_id bytea NOT NULL,
    day bigint NOT NULL,
    dimension text NOT NULL,
    name text NOT NULL,
    logins bigint NOT NULL,
    users bigint NOT NULL,
    CONSTRAINT login_stats_dimension_check CHECK ((dimension = ANY (ARRAY['total'::text, 'domain'::text, 'scope'::text])))
);
CREATE TABLE public.members (
    id bytea NOT NULL,
    client_id bytea NOT NULL,
    user_id bigint,
    subject bigint,
    email_key text NOT NULL,
    role_id bytea NOT NULL,
    status text NOT NULL,
    expires_at bigint,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    CONSTRAINT members_status_check CHECK ((status = ANY (ARRAY['invited'::text, 'active'::text])))
);
CREATE TABLE public.notifications (
    id bytea NOT NULL,
    user_id bigint NOT NULL,
    kind text NOT NULL,
    object_id text,
    text text NOT NULL,
    created_at bigint NOT NULL,
    read_at bigint
);
CREATE TABLE public.outbox (
    id bytea NOT NULL,
    client_id bytea NOT NULL,
    domain_id bytea,
    event text NOT NULL,
    body text NOT NULL,
    created_at bigint NOT NULL,
    expanded_at bigint
);
CREATE TABLE public.refresh_tokens (
    token_key bytea NOT NULL,
    grant_id bytea NOT NULL,
    parent_key bytea,
    request_digest bytea,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint
);
CREATE TABLE public.requests (
    id bytea NOT NULL,
    client_id bytea NOT NULL,
    kind text NOT NULL,
    email_key text NOT NULL,
    user_id bigint,
    subject bigint,
    domain_id bytea,
    scope text NOT NULL,
    reason text,
    status text NOT NULL,
    delivered boolean NOT NULL,
    expires_at bigint,
    created_at bigint NOT NULL,
    decided_at bigint,
    CONSTRAINT requests_kind_check CHECK ((kind = ANY (ARRAY['access'::text, 'test'::text]))),
    CONSTRAINT requests_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'accepted'::text, 'declined'::text, 'withdrawn'::text])))
);
CREATE TABLE public.revoked_tokens (
    jti text NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE public.role_groups (
    client_id bytea NOT NULL,
    name text NOT NULL,
    "position" integer NOT NULL
);
CREATE TABLE public.roles (
    id bytea NOT NULL,
    client_id bytea NOT NULL,
    role_key text NOT NULL,
    name text NOT NULL,
    description text,
    permissions text NOT NULL,
    preset boolean NOT NULL,
    role_group text,
    level integer NOT NULL,
    active boolean NOT NULL,
    expires_at bigint,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    CONSTRAINT roles_level_check CHECK (((level >= 0) AND (level <= 100)))
);
CREATE TABLE public.scopes (
    name text NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    opens text NOT NULL,
    tier text NOT NULL,
    "position" integer NOT NULL,
    CONSTRAINT scopes_tier_check CHECK ((tier = ANY (ARRAY['open'::text, 'verified'::text])))
);
CREATE TABLE public.secret_links (
    secret_id bytea NOT NULL,
    domain_id bytea NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.sessions (
    token_key bytea NOT NULL,
    id bytea NOT NULL,
    user_id bigint NOT NULL,
    authenticated_at bigint NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    user_agent text NOT NULL,
    address text NOT NULL
);
CREATE TABLE public.signing_keys (
    kid text NOT NULL,
    alg text NOT NULL,
    state text NOT NULL,
    public_jwk text NOT NULL,
    sealed_private_key bytea NOT NULL,
    published_at bigint NOT NULL,
    signs_from bigint,
    retired_at bigint,
    CONSTRAINT signing_keys_alg_check CHECK ((alg = ANY (ARRAY['ES256'::text, 'RS256'::text]))),
    CONSTRAINT signing_keys_state_check CHECK ((state = ANY (ARRAY['next'::text, 'current'::text, 'retired'::text])))
);
CREATE TABLE public.throttles (
    subject_key bytea NOT NULL,
    hits integer NOT NULL,
    window_started_at bigint NOT NULL,
    blocked_until bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE public.user_providers (
    provider text NOT NULL,
    provider_subject text NOT NULL,
    user_id bigint NOT NULL,
    linked_at bigint NOT NULL
);
CREATE TABLE public.user_socials (
    user_id bigint NOT NULL,
    platform text NOT NULL,
    username text NOT NULL,
    url text NOT NULL
);
CREATE TABLE public.users (
    id bigint NOT NULL,
    email text NOT NULL,
    email_key text NOT NULL,
    email_verified boolean NOT NULL,
    second_email text,
    password_hash text,
    given_name text,
    family_name text,
    name_key text NOT NULL,
    picture text,
    locale text,
    zoneinfo text,
    birth_date text,
    gender text,
    country text,
    phone_number text,
    phone_number_verified boolean NOT NULL,
    plan text NOT NULL,
    plan_valid_until bigint,
    staff text,
    suspended_at bigint,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    CONSTRAINT users_id_check CHECK (((id >= '1000000000000'::bigint) AND (id < '9007199254740992'::bigint))),
    CONSTRAINT users_plan_check CHECK ((plan = ANY (ARRAY['free'::text, 'paid'::text]))),
    CONSTRAINT users_staff_check CHECK ((staff = ANY (ARRAY['reviewer'::text, 'admin'::text])))
);
CREATE TABLE public.verification_items (
    verification_id bytea NOT NULL,
    domain_id bytea NOT NULL,
    scope text NOT NULL,
    status text NOT NULL,
    reason text,
    CONSTRAINT verification_items_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'approved'::text, 'rejected'::text])))
);
CREATE TABLE public.verifications (
    id bytea NOT NULL,
    client_id bytea NOT NULL,
    status text NOT NULL,
    notes text,
    version integer NOT NULL,
    expires_at bigint,
    revoked_at bigint,
    reason text,
    noticed_days integer,
    created_at bigint NOT NULL,
    decided_at bigint,
    automatic boolean NOT NULL,
    CONSTRAINT verifications_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'approved'::text, 'rejected'::text, 'withdrawn'::text])))
);
INSERT INTO public.__diesel_schema_migrations VALUES
	('20261124000000', '2026-11-30 03:08:04.539624'),
	('20261124000001', '2026-11-30 03:08:04.776674');
INSERT INTO public.addresses VALUES
	(1, 5111151654106317, 'standard', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'London', 'GB', 1772366400000, 1772366400000);
INSERT INTO public.api_tokens VALUES
	('\x019ca945f460700080ffa1ddc530b64f', '\x11c9a5071c96973e4aa457035c38d24cfaecdcf08ee94b8784b16619b146d1e0', 3417040987963791, '\x019347b4502e7ad389fae9e7f7c1748a', 'Deployment', 'djqm', 'attempts:read audit:read client:read domains:read links:read members:read requests:read roles:read scopes:read secrets:read stats:read tokens:read urls:read users:read verifications:read', NULL, NULL, NULL, 1772366460000);
INSERT INTO public.attempts VALUES
	('\x019ca945f460700080c50c4dc36d9fa4', '\x019347b4502e7ad389fae9e7f7c1748a', NULL, 'redirect_uri_unknown', 'wp3tg6uo2qw2', 1772366460000);
INSERT INTO public.audit_entries VALUES
	('\x019ca9450a007000809f6e1063658b84', NULL, 'operator', 'user.created', '3417040987963791', '', NULL, '{"email_verified":true,"plan":"paid","plan_valid_until":null,"profile":["given_name","family_name"],"staff":null,"suspended":false}', 1772366400000, '\x1e304d4ad9557d10861ca243c8b584f40bbff37e059597aaaaea23b5c38283f8'),
	('\x019ca9450a00700080a0ffce6defee8d', NULL, 'operator', 'user.password_set', '3417040987963791', '', NULL, '{"password":"set"}', 1772366400000, '\xb3ce43c9bdc40b686f4eea4a0be62a529f1892705ab7216b25c19540fa4c055c'),
	('\x019ca9450a00700080a1d3995f1be721', NULL, 'operator', 'user.created', '5111151654106317', '', NULL, '{"email_verified":true,"plan":"free","plan_valid_until":null,"profile":["given_name","family_name"],"staff":null,"suspended":false}', 1772366400000, '\x054eeb310dedea4081ddc72c0657337d847aa56b23da40c773d38875f63591e6'),
	('\x019ca9450a00700080a2bd983c5ddac9', NULL, 'operator', 'user.password_set', '5111151654106317', '', NULL, '{"password":"set"}', 1772366400000, '\xe613afcb2132f172ff5a323988343f4bbb7d90ef4714dfcc58e69858a2bf8a46'),
	('\x019ca9450a00700080a3fe73719d74b6', NULL, 'operator', 'user.created', '5749133830059975', '', NULL, '{"email_verified":false,"plan":"free","plan_valid_until":null,"staff":null,"suspended":false}', 1772366400000, '\x7b2241d1132566733a848d4ba086536b763f987ed1a8d89359085c77c802f8e6'),
	('\x019ca9450a00700080a404415afcf5cc', NULL, 'operator', 'user.password_set', '5749133830059975', '', NULL, '{"password":"set"}', 1772366400000, '\xacc50884a99bfb9d85d14010455c9ee31bf662d284ad6d9e7c7beb253c9e357c'),
	('\x019ca9450a00700080a50966a2f3c32c', '\x019347b4502e7ad389fae9e7f7c1748a', 'operator', 'client.created', 'client_01jd3v8m1efb9rkyq9wzvw2x4a', '', NULL, '{"contact_email":null,"homepage_url":null,"id_token_alg":"RS256","name":"Analytical Engines","privacy_url":null,"subject_type":"public","terms_url":null}', 1772366400000, '\x493d8009249193b052c5612a3a56c774aa27f57733b6ac4e88e36d4c6810e332'),
	('\x019ca9450a00700080a6ecefc3d21a80', '\x019347b4502e7ad389fae9e7f7c1748a', 'operator', 'scope.activated', 'email', '', NULL, '{"scope":"email"}', 1772366400000, '\x1b8a7f8ad558e3d9fba93e66af1a9402cceced18640fa89eac956cac38d48260'),
	('\x019ca9450a00700080a7ad7d5630c3b1', '\x019347b4502e7ad389fae9e7f7c1748a', 'operator', 'scope.activated', 'offline_access', '', NULL, '{"scope":"offline_access"}', 1772366400000, '\x205f8a571bd7a976a2faf0c69cb26c6727d3f183a3c2d0dc6f7b612de56c048a'),
	('\x019ca9450a00700080a821711a8623e0', '\x019347b4502e7ad389fae9e7f7c1748a', 'operator', 'scope.activated', 'openid', '', NULL, '{"scope":"openid"}', 1772366400000, '\x6a2e0e7bd6d0a4dedb9136185cfe07ac0c14205e86468d1a8593eacb1dc43d30'),
	('\x019ca9450a00700080a9ec3876f05307', '\x019347b4502e7ad389fae9e7f7c1748a', 'operator', 'scope.activated', 'profile', '', NULL, '{"scope":"profile"}', 1772366400000, '\xb9948d01e331c716465c2de8fe753c72ff828498858f57e9daa6d4625318285c'),
	('\x019ca9450a00700080aa4aa0e02fdaa9', '\x019347b4502e7ad389fae9e7f7c1748a', 'operator', 'scope.activated', 'userinfo', '', NULL, '{"scope":"userinfo"}', 1772366400000, '\xeef9116632e6f068bac27578555e582986148e10fd31de98ce6fe8999fe91718'),
	('\x019ca9450a00700080abc6e3b7120fcf', '\x019347b4502e7ad389fae9e7f7c1748a', 'operator', 'secret.created', 'secret_01kjmma2g0e008144aewc965c3', '', NULL, '{"active":true,"expires_at":null,"hint":"eSzt","label":"Standard Key"}', 1772366400000, '\xbabcc32a47c2f33094f0cc970707e385ce91dd05a2eebaeee0a9765f0b69d8c5'),
	('\x019ca9450a00700080ac1b124c4a59a6', '\x019347b4502e7ad389fae9e7f7c1748a', 'operator', 'secret.created', 'secret_01kjmma2g0e00814d3ygesnrp7', '', NULL, '{"active":true,"expires_at":null,"hint":"O5AP","label":"Second Key"}', 1772366400000, '\x3513fee3a4d58fb2fcb9aaa19f65def7e6ad221d4aedb59ed6cb58a3d5902d11'),
	('\x019ca9450a00700080adda9fbf739350', '\x019347b4502e7ad389fae9e7f7c1748a', 'operator', 'domain.created', 'domain_01kjmma2g0e00814hgq59rrqrw', '', NULL, '{"active":true,"allow_api":true,"allow_login":true,"fallback_response":null,"fallback_uri":null,"internal_name":null,"ownership":"proven","primary":true,"root_domain":"engines.example","server_ips":[],"test_mode":false}', 1772366400000, '\xee9aaa51fe4fa400f962e8f60ecf1980c7d2e011e74ce7819e7159c746b0ce20'),
	('\x019ca9450a00700080aead940ebb12cd', '\x019347b4502e7ad389fae9e7f7c1748a', 'operator', 'url.created', 'url_01kjmma2g0e00814sae0gz3xjd', '', NULL, '{"active":true,"domain":"domain_01kjmma2g0e00814hgq59rrqrw","kind":"callback","url":"https://app.engines.example/cb"}', 1772366400000, '\x3f278d0734b440b13320ea2b69ab26498d74ad74a95318a74703c3604f8a8159'),
	('\x019ca9450a00700080af9f43936e1166', '\x019347b4502e7ad389fae9e7f7c1748a', 'operator', 'url.created', 'url_01kjmma2g0e008154byz18t6ct', '', NULL, '{"active":true,"domain":"domain_01kjmma2g0e00814hgq59rrqrw","kind":"logout","url":"https://app.engines.example/"}', 1772366400000, '\xd92f8a1fd40b2700dbde3ba761339bff5af8c4521815d701e799e5f34c56821e'),
	('\x019ca9450a00700080b0a661ae10c55d', '\x019347b4502e7ad389fae9e7f7c1748a', 'operator', 'link.created', 'secret_01kjmma2g0e008144aewc965c3', '', NULL, '{"domain":"domain_01kjmma2g0e00814hgq59rrqrw","secret":"secret_01kjmma2g0e008144aewc965c3"}', 1772366400000, '\xc480c86208c881728dffacaa905e9624260fbbdbbd7313e2e4db553aa1b77f20'),
	('\x019ca9450a00700080b1ad8436d2faf5', '\x019347b4502e7ad389fae9e7f7c1748a', 'operator', 'domain.created', 'domain_01kjmma2g0e00815a8xvawyz2q', '', NULL, '{"active":true,"allow_api":true,"allow_login":true,"fallback_response":null,"fallback_uri":null,"internal_name":null,"ownership":"proven","primary":false,"root_domain":"more-engines.example","server_ips":[],"test_mode":false}', 1772366400000, '\xe7a0c35e69db695ce87e345d4c93a6933f0746b8acb729d7ffec8b3ef84ddaf0'),
	('\x019ca9450a00700080b200d0731929cd', '\x019347b4502e7ad389fae9e7f7c1748a', 'operator', 'url.created', 'url_01kjmma2g0e00815mh2rcbh5w4', '', NULL, '{"active":true,"domain":"domain_01kjmma2g0e00815a8xvawyz2q","kind":"callback","url":"https://app.more-engines.example/cb"}', 1772366400000, '\x0ade08f2e3cd6a84674f5b7c36690d918ff5777cbe7072d343b7776ddac5d584'),
	('\x019ca9450a00700080b3fac37850a7d3', '\x019347b4502e7ad389fae9e7f7c1748a', 'operator', 'link.created', 'secret_01kjmma2g0e00814d3ygesnrp7', '', NULL, '{"domain":"domain_01kjmma2g0e00815a8xvawyz2q","secret":"secret_01kjmma2g0e00814d3ygesnrp7"}', 1772366400000, '\x11ebf1ad282f841b5935a6c9a3cf0cd0975b95bcea920c2e80974f57b1146275'),
	('\x019ca9450a00700080b4091b76b1a353', '\x019347b4502e7ad389fae9e7f7c1748b', 'operator', 'client.created', 'client_01jd3v8m1efb9rkyq9wzvw2x4b', '', NULL, '{"contact_email":null,"homepage_url":null,"id_token_alg":"RS256","name":"Notes","privacy_url":null,"subject_type":"public","terms_url":null}', 1772366400000, '\x899424cb64a3207b8285f332a61721796374c440c420203d9e9a24b5cee9855d'),
	('\x019ca9450a00700080b58f1812194332', '\x019347b4502e7ad389fae9e7f7c1748b', 'operator', 'scope.activated', 'openid', '', NULL, '{"scope":"openid"}', 1772366400000, '\xfae48ec714da3a98e6b5d6d5f51bc5f06ed638bb04e0f2bc8d7962f99510bdbd'),
	('\x019ca9450a00700080b6802b87188d49', '\x019347b4502e7ad389fae9e7f7c1748b', 'operator', 'scope.activated', 'profile', '', NULL, '{"scope":"profile"}', 1772366400000, '\x392f659b31c6cc9b73ad597afa16a3e7352d9ae7b4291e1092a55c74582e8ddf'),
	('\x019ca9450a00700080b713f284f66e4d', '\x019347b4502e7ad389fae9e7f7c1748b', 'operator', 'secret.created', 'secret_01kjmma2g0e008176d8xxsj7cz', '', NULL, '{"active":true,"expires_at":null,"hint":"OCxQ","label":"Standard Key"}', 1772366400000, '\x1edf5a6e0c81cf52eebc49abb45ff5943853bfae36b36766cd608d2884712af8'),
	('\x019ca9450a00700080b83a75772942c5', '\x019347b4502e7ad389fae9e7f7c1748b', 'operator', 'domain.created', 'domain_01kjmma2g0e00817fnt9pgngxj', '', NULL, '{"active":true,"allow_api":true,"allow_login":true,"fallback_response":null,"fallback_uri":null,"internal_name":null,"ownership":"unproven","primary":true,"root_domain":"notes.example","server_ips":[],"test_mode":false}', 1772366400000, '\x7ffec29524c72c4956711f2328e608b89d144da190ae83bdbbebc42ffe378eda'),
	('\x019ca9450a00700080b9a35f9086a3e6', '\x019347b4502e7ad389fae9e7f7c1748b', 'operator', 'url.created', 'url_01kjmma2g0e00817ngd24rjpqm', '', NULL, '{"active":true,"domain":"domain_01kjmma2g0e00817fnt9pgngxj","kind":"callback","url":"https://shop.notes.example/cb"}', 1772366400000, '\x7df9b05d45576c2aadbd6b5f2ed011d7086a0d12ce4ed95aa375903dda6b7018'),
	('\x019ca9450a00700080ba548685bc52d2', '\x019347b4502e7ad389fae9e7f7c1748b', 'operator', 'link.created', 'secret_01kjmma2g0e008176d8xxsj7cz', '', NULL, '{"domain":"domain_01kjmma2g0e00817fnt9pgngxj","secret":"secret_01kjmma2g0e008176d8xxsj7cz"}', 1772366400000, '\x7133b522077de1131699cae2140ab65c20e8244769dd2d716b78f5b9c4bc33fa'),
	('\x019ca9450a00700080bb4330d8ca960b', NULL, 'operator', 'user.created', '2879661190525820', '', NULL, '{"email_verified":true,"plan":"free","plan_valid_until":null,"profile":["given_name"],"staff":null,"suspended":false}', 1772366400000, '\xa2b36f4489b1ba4456dbc2651b15ad41ba45440b93504ccf385c37047f2e4141'),
	('\x019ca9450a00700080bc0b464745df63', NULL, 'operator', 'user.password_set', '2879661190525820', '', NULL, '{"password":"set"}', 1772366400000, '\x86436cab59fd796c5c9c3ebb03c0ef4455a54672fc2844705b5a14797b5188f8'),
	('\x019ca9450a00700080bd0d0df059140f', NULL, 'operator', 'user.created', '4455829870537390', '', NULL, '{"email_verified":true,"plan":"free","plan_valid_until":null,"profile":["given_name"],"staff":null,"suspended":false}', 1772366400000, '\x20145e31f9cd1c50ddbdf6f7b2da5fd7ae1b93894944ef42853f89486720d896'),
	('\x019ca9450a00700080be82b1392cb86b', NULL, 'operator', 'user.password_set', '4455829870537390', '', NULL, '{"password":"set"}', 1772366400000, '\x91c930e613fb6b18438206ef2628d05c51379c75900f5be851eb933ebb82db80'),
	('\x019ca945f460700080c6c3d1c5b9436e', '\x019347b4502e7ad389fae9e7f7c1748a', 'user 3417040987963791', 'client.updated', 'client_01jd3v8m1efb9rkyq9wzvw2x4a', '127.0.0.1', '{"contact_email":null,"homepage_url":null,"privacy_url":null}', '{"contact_email":"hello@engines.example","homepage_url":"https://engines.example/","privacy_url":"https://engines.example/privacy"}', 1772366460000, '\xfd6f361f33ec96b9960bc3b83720de340cecdcd5e0ccd84e910a9af8e2be00e4'),
	('\x019ca945f460700080c77fddd001f0da', '\x019347b4502e7ad389fae9e7f7c1748a', 'user 3417040987963791', 'client.updated', 'client_01jd3v8m1efb9rkyq9wzvw2x4a', '127.0.0.1', '{"logo":null}', '{"logo":"fc4f2fe676ada10b5e99aa5816f6ffe72908ce5181f2b1da501149b866960010"}', 1772366460000, '\xb1d16058cf8b7aff3ea8ee647a5d654df9755295fb03a180f07f9f08a21f421b'),
	('\x019ca945f460700080c978ce59df6b9c', '\x019347b4502e7ad389fae9e7f7c1748a', 'user 3417040987963791', 'url.created', 'url_01kjmmbx30e0081j0nh3he4gj0', '127.0.0.1', NULL, '{"active":true,"domain":"domain_01kjmma2g0e00814hgq59rrqrw","kind":"webhook","url":"https://app.engines.example/hook"}', 1772366460000, '\xa8dcf05aaee0f51de68001b7721cb9b98ec7a03763bb6f33d94e0f79d294dac5'),
	('\x019ca945f460700080cc55a19e9e7954', '\x019347b4502e7ad389fae9e7f7c1748a', 'user 3417040987963791', 'domain.created', 'domain_01kjmmbx30e0081jwmvcdy9b5y', '127.0.0.1', NULL, '{"active":true,"allow_api":false,"allow_login":true,"fallback_response":"Call us.","fallback_uri":"https://third-engines.example/sorry","internal_name":"Third","ownership":"unproven","primary":false,"root_domain":"third-engines.example","server_ips":["192.0.2.0/24","2001:db8::7"],"test_mode":false}', 1772366460000, '\xf699ac0cdb87108636422136116265d94f54c5c8d588ee5e0c97485fc5efa229'),
	('\x019ca945f460700080cf828ddfd4cc12', '\x019347b4502e7ad389fae9e7f7c1748a', 'user 3417040987963791', 'domain.updated', 'domain_01kjmmbx30e0081jwmvcdy9b5y', '127.0.0.1', '{"test_mode":false}', '{"test_mode":true}', 1772366460000, '\xf7cef19830e9aff40c6d9a3be36127c0610bb5eb49e29e5e9204791362b9c50e'),
	('\x019ca945f460700080d7a0906d4ca413', '\x019347b4502e7ad389fae9e7f7c1748a', 'user 2879661190525820', 'member.joined', 'member_01kjmmbx30e0081mh7qjfzcmnj', '127.0.0.1', '{"status":"invited"}', '{"status":"active"}', 1772366460000, '\x4be0a840677fd49137a0a3d2bd1b286008545fa105dec53613f7b384767c0784'),
	('\x019ca945f460700080da4f03542225f1', '\x019347b4502e7ad389fae9e7f7c1748a', 'user 3417040987963791', 'member.invited', 'member_01kjmmbx30e0081p5yd205nwfn', '127.0.0.1', NULL, '{"email":"edith@example.test","expires_at":null,"role":"night-shift","status":"invited","sub":null}', 1772366460000, '\xe61bb56ff5d46246d80b5573ab270032dfb66093ece0edf1ed298430ba465d53'),
	('\x019ca945f460700080e26e68ebf57303', '\x019347b4502e7ad389fae9e7f7c1748a', 'user 3417040987963791', 'request.created', 'request_01kjmmbx30e0081r347ev2b56j', '127.0.0.1', NULL, '{"domain":null,"email":"ada@example.test","expires_at":null,"kind":"test","reason":null,"scopes":"","status":"pending","sub":null}', 1772366460000, '\xada88c3df5d7fcab5cc32b776c585dbe88494b032ea0220e8783938d23317d03'),
	('\x019ca945f460700080f66a4b734cad1b', NULL, 'operator', 'user.updated', '5111151654106317', '', '{}', '{"profile":["birth_date","gender"]}', 1772366460000, '\x0fc165957a601022e6ddd35561e17986fdfb91d09cb4abfd01d7429cf8e28d18'),
	('\x019ca945f460700080fd99f1f3a978f2', '\x019347b4502e7ad389fae9e7f7c1748a', 'user 3417040987963791', 'request.created', 'request_01kjmmbx30e0081yt8zstg6xbg', '127.0.0.1', NULL, '{"domain":null,"email":"edith@example.test","expires_at":null,"kind":"test","reason":null,"scopes":"","status":"pending","sub":null}', 1772366460000, '\x507fb4ae407ea81de0bb9865647a344ecb78845dbc689b5725cfd501bfe31a00'),
	('\x019ca945f460700080d1d095b82c3d6a', '\x019347b4502e7ad389fae9e7f7c1748a', 'user 3417040987963791', 'role.created', 'role_01kjmmbx30e0081m6hkxksjd6v', '127.0.0.1', NULL, '{"active":true,"description":"Looks after secrets","expires_at":null,"group":"Operations","key":"night-shift","level":20,"name":"Night shift","permissions":["domains:read","secrets:read"]}', 1772366460000, '\xaaf15d51f8c15a1e26308ebc207d392a448ae27bdb1533c50afdf95304f34b85'),
	('\x019ca945f460700080d48c08de15379f', '\x019347b4502e7ad389fae9e7f7c1748a', 'user 3417040987963791', 'member.invited', 'member_01kjmmbx30e0081mh7qjfzcmnj', '127.0.0.1', NULL, '{"email":"dorothy@example.test","expires_at":null,"role":"admin","status":"invited","sub":null}', 1772366460000, '\xb1c13db9f8bfb69a2a1c7af9b69ee8b8d1dbd9e81f6949f2ea75e54d5818d2cb'),
	('\x019ca945f460700080de088f08554254', '\x019347b4502e7ad389fae9e7f7c1748a', 'user 3417040987963791', 'request.created', 'request_01kjmmbx30e0081pznpn4t9smx', '127.0.0.1', NULL, '{"domain":null,"email":"ada@example.test","expires_at":null,"kind":"access","reason":"To greet you.","scopes":"userinfo","status":"pending","sub":null}', 1772366460000, '\x5069e0b46d7d4a181c3bce2e284fc0f6d5881f9c3829ab68cc46b6f9ab2a8894'),
	('\x019ca945f460700080e6c975bdcae12f', '\x019347b4502e7ad389fae9e7f7c1748b', 'user 3417040987963791', 'request.created', 'request_01kjmmbx30e0081s56htw7fdg5', '127.0.0.1', NULL, '{"domain":null,"email":"ada@example.test","expires_at":null,"kind":"test","reason":null,"scopes":"","status":"pending","sub":null}', 1772366460000, '\x708ba96a0ade9a3de02f07ef8540567d489703c7bf2a0904be45572c5fc9ee2d'),
	('\x019ca945f460700080ea396dcb8e5034', NULL, 'user 5111151654106317', 'request.answered', 'request_01kjmmbx30e0081pznpn4t9smx', '127.0.0.1', '{"status":"pending"}', '{"status":"accepted"}', 1772366460000, '\x411efa02a24951ce4fc0fa25be5f003a2e7aff17fd65da91c20d48c047c10dbe'),
	('\x019ca945f460700080ecc2b8013180e2', NULL, 'user 5111151654106317', 'request.answered', 'request_01kjmmbx30e0081s56htw7fdg5', '127.0.0.1', '{"status":"pending"}', '{"status":"declined"}', 1772366460000, '\xfe99f0780df0cac2709d8557255c12289fed4d837c051130ea82445b0c316386'),
	('\x019ca945f460700080edd4fb7b714982', NULL, 'user 5111151654106317', 'client.blocked', 'client_01jd3v8m1efb9rkyq9wzvw2x4b', '127.0.0.1', NULL, '{"blocked":true}', 1772366460000, '\xcc40bba11a990b638cc08b3458d25b447b88cc50541f3bb7e329c013ea16654d'),
	('\x019ca945f460700080ee0498652ad326', NULL, 'operator', 'user.created', '8118392069650507', '', NULL, '{"email_verified":true,"plan":"free","plan_valid_until":null,"staff":"admin","suspended":false}', 1772366460000, '\xfe968a47c5ef1735fcef267a92a33ac7af390191ce607a494d01f5455267671f'),
	('\x019ca945f460700080ef8284c55cf693', NULL, 'operator', 'user.password_set', '8118392069650507', '', NULL, '{"password":"set"}', 1772366460000, '\xa08ae8a70c851c4629ad20db905ee74e8ff86db658d921ed14deaae25efe3a3d'),
	('\x019ca945f460700080f12224a3983999', '\x019347b4502e7ad389fae9e7f7c1748a', 'user 3417040987963791', 'verification.created', 'verification_01kjmmbx30e0081w6jka66bv00', '127.0.0.1', NULL, '{"expires_at":null,"items":[{"domain":"domain_01kjmma2g0e00814hgq59rrqrw","reason":null,"scope":"userinfo","status":"pending"}],"notes":"Birthdays.","status":"pending"}', 1772366460000, '\xe1d37e009da666f9f93a9d082904e52bd034af65836a4bb413de0a8e1be1ef45'),
	('\x019ca945f460700080f52718b0930198', '\x019347b4502e7ad389fae9e7f7c1748a', 'staff 8118392069650507', 'verification.decided_by_staff', 'verification_01kjmmbx30e0081w6jka66bv00', '127.0.0.1', '{"expires_at":null,"items":[{"domain":"domain_01kjmma2g0e00814hgq59rrqrw","reason":null,"scope":"userinfo","status":"pending"}],"status":"pending"}', '{"expires_at":"2027-03-01T12:01:00Z","items":[{"domain":"domain_01kjmma2g0e00814hgq59rrqrw","reason":"As described.","scope":"userinfo","status":"approved"}],"status":"approved"}', 1772366460000, '\x68854ae0e3ff56e1c698aa6624b13447198cb8682be8417f1ab4ba3a332eb5e7'),
	('\x019ca945f46070008100fc6428dff009', '\x019347b4502e7ad389fae9e7f7c1748a', 'user 3417040987963791', 'token.created', 'token_01kjmmbx30e0081zx1vq2k1djf', '127.0.0.1', NULL, '{"expires_at":null,"hint":"djqm","label":"Deployment","permissions":["attempts:read","audit:read","client:read","domains:read","links:read","members:read","requests:read","roles:read","scopes:read","secrets:read","stats:read","tokens:read","urls:read","users:read","verifications:read"]}', 1772366460000, '\xc303ac654b7f39876d2d990d5cf50fd3e4bd8b61bed318006779bb719687e6f0'),
	('\x019ca945f46070008103fb437429236e', '\x019347b4502e7ad389fae9e7f7c1748a', 'user 3417040987963791', 'domain.created', 'domain_01kjmmbx30e00820qz4sp22ra4', '127.0.0.1', NULL, '{"active":true,"allow_api":false,"allow_login":true,"fallback_response":null,"fallback_uri":null,"internal_name":null,"ownership":"unproven","primary":false,"root_domain":"fourth-engines.example","server_ips":[],"test_mode":false}', 1772366460000, '\x8d25eee8708add5a646bb4c4fd0eb6c398e17b2096e9e9c33a550b217af48b6e');
INSERT INTO public.audit_seal_entries VALUES
	('\x019ca9450a007000809f6e1063658b84', 1),
	('\x019ca9450a00700080a0ffce6defee8d', 1),
	('\x019ca9450a00700080a1d3995f1be721', 1),
	('\x019ca9450a00700080a2bd983c5ddac9', 1),
	('\x019ca9450a00700080a3fe73719d74b6', 1),
	('\x019ca9450a00700080a404415afcf5cc', 1),
	('\x019ca9450a00700080a50966a2f3c32c', 1),
	('\x019ca9450a00700080a6ecefc3d21a80', 1),
	('\x019ca9450a00700080a7ad7d5630c3b1', 1),
	('\x019ca9450a00700080a821711a8623e0', 1),
	('\x019ca9450a00700080a9ec3876f05307', 1),
	('\x019ca9450a00700080aa4aa0e02fdaa9', 1),
	('\x019ca9450a00700080abc6e3b7120fcf', 1),
	('\x019ca9450a00700080ac1b124c4a59a6', 1),
	('\x019ca9450a00700080adda9fbf739350', 1),
	('\x019ca9450a00700080aead940ebb12cd', 1),
	('\x019ca9450a00700080af9f43936e1166', 1),
	('\x019ca9450a00700080b0a661ae10c55d', 1),
	('\x019ca9450a00700080b1ad8436d2faf5', 1),
	('\x019ca9450a00700080b200d0731929cd', 1),
	('\x019ca9450a00700080b3fac37850a7d3', 1),
	('\x019ca9450a00700080b4091b76b1a353', 1),
	('\x019ca9450a00700080b58f1812194332', 1),
	('\x019ca9450a00700080b6802b87188d49', 1),
	('\x019ca9450a00700080b713f284f66e4d', 1),
	('\x019ca9450a00700080b83a75772942c5', 1),
	('\x019ca9450a00700080b9a35f9086a3e6', 1),
	('\x019ca9450a00700080ba548685bc52d2', 1),
	('\x019ca9450a00700080bb4330d8ca960b', 1),
	('\x019ca9450a00700080bc0b464745df63', 1),
	('\x019ca9450a00700080bd0d0df059140f', 1),
	('\x019ca9450a00700080be82b1392cb86b', 1),
	('\x019ca945f460700080c6c3d1c5b9436e', 1),
	('\x019ca945f460700080c77fddd001f0da', 1),
	('\x019ca945f460700080c978ce59df6b9c', 1),
	('\x019ca945f460700080cc55a19e9e7954', 1),
	('\x019ca945f460700080cf828ddfd4cc12', 1),
	('\x019ca945f460700080d1d095b82c3d6a', 1),
	('\x019ca945f460700080d48c08de15379f', 1),
	('\x019ca945f460700080d7a0906d4ca413', 1),
	('\x019ca945f460700080da4f03542225f1', 1),
	('\x019ca945f460700080de088f08554254', 1),
	('\x019ca945f460700080e26e68ebf57303', 1),
	('\x019ca945f460700080e6c975bdcae12f', 1),
	('\x019ca945f460700080ea396dcb8e5034', 1),
	('\x019ca945f460700080ecc2b8013180e2', 1),
	('\x019ca945f460700080edd4fb7b714982', 1),
	('\x019ca945f460700080ee0498652ad326', 1),
	('\x019ca945f460700080ef8284c55cf693', 1),
	('\x019ca945f460700080f12224a3983999', 1),
	('\x019ca945f460700080f52718b0930198', 1),
	('\x019ca945f460700080f66a4b734cad1b', 1),
	('\x019ca945f460700080fd99f1f3a978f2', 1),
	('\x019ca945f46070008100fc6428dff009', 1);
INSERT INTO public.audit_seals VALUES
	(1, '\xbaf5332fd4f53414cb6b83ce9e7e775828fc38a29d19fd1b9e2640ca08f20eb0', 1772366460000);
INSERT INTO public.audit_unsealed VALUES
	('\x019ca945f46070008103fb437429236e');
INSERT INTO public.client_blocks VALUES
	(5111151654106317, '\x019347b4502e7ad389fae9e7f7c1748b', 1772366460000);
INSERT INTO public.client_scopes VALUES
	('\x019347b4502e7ad389fae9e7f7c1748a', 'email', 1772366400000),
	('\x019347b4502e7ad389fae9e7f7c1748a', 'offline_access', 1772366400000),
	('\x019347b4502e7ad389fae9e7f7c1748a', 'openid', 1772366400000),
	('\x019347b4502e7ad389fae9e7f7c1748a', 'profile', 1772366400000),
	('\x019347b4502e7ad389fae9e7f7c1748a', 'userinfo', 1772366400000),
	('\x019347b4502e7ad389fae9e7f7c1748b', 'openid', 1772366400000),
	('\x019347b4502e7ad389fae9e7f7c1748b', 'profile', 1772366400000);
INSERT INTO public.client_secrets VALUES
	('\x019ca9450a0070008091a3f41d9ae2c7', '\x019347b4502e7ad389fae9e7f7c1748a', 'Second Key', '\xbef4413d0000bec8959a27b4823f5edc2f15123bb9fb75a191bd25d0a2a3ad36', 'O5AP', true, NULL, NULL, NULL, NULL, 1772366400000, 1772366400000),
	('\x019ca9450a007000809ccd477b991d9f', '\x019347b4502e7ad389fae9e7f7c1748b', 'Standard Key', '\x8c3761eb32338263bca9d64dbdc4e36d028870dabb439d7ad9725aef87f16626', 'OCxQ', true, NULL, NULL, NULL, NULL, 1772366400000, 1772366400000),
	('\x019ca9450a00700080908a7718931583', '\x019347b4502e7ad389fae9e7f7c1748a', 'Standard Key', '\x8410bbc18955c1bfd01794124b5fa16260852e61c727d4bcaaf64126f09f6ed9', 'eSzt', true, NULL, NULL, 1772366400000, '127.0.0.1', 1772366400000, 1772366400000);
INSERT INTO public.client_user_domains VALUES
	('\x019347b4502e7ad389fae9e7f7c1748a', 3417040987963791, '\x019ca9450a007000809230b9538c5f1c', 1772366460000),
	('\x019347b4502e7ad389fae9e7f7c1748a', 5111151654106317, '\x019ca9450a007000809230b9538c5f1c', 1772366460000);
INSERT INTO public.client_users VALUES
	('\x019347b4502e7ad389fae9e7f7c1748a', 3417040987963791, 3417040987963791, 1772366460000, 1772366460000, 1),
	('\x019347b4502e7ad389fae9e7f7c1748a', 5111151654106317, 5111151654106317, 1772366400000, 1772366460000, 3);
INSERT INTO public.clients VALUES
	('\x019347b4502e7ad389fae9e7f7c1748b', 'Notes', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'public', 'RS256', 3417040987963791, NULL, NULL, NULL, 1772366400000, 1772366400000),
	('\x019347b4502e7ad389fae9e7f7c1748a', 'Analytical Engines', NULL, '\xfc4f2fe676ada10b5e99aa5816f6ffe72908ce5181f2b1da501149b866960010', '\xfc4f2fe676ada10b5e99aa5816f6ffe72908ce5181f2b1da501149b866960010', 'hello@engines.example', 'https://engines.example/', 'https://engines.example/privacy', NULL, 'public', 'RS256', 3417040987963791, NULL, NULL, NULL, 1772366400000, 1772366460001);
INSERT INTO public.codes VALUES
	('\x019ca9450a00528d76f0ce91b42b683911d0e339e599dbaea9a0fd764340761e0071c1043f3f', 'authorization', '\x019ca9450a00700080c3eb5c81c07890', '\x019347b4502e7ad389fae9e7f7c1748a', '\x019ca9450a007000809230b9538c5f1c', 'https://app.engines.example/cb', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', 'n-0S6_WzA2Mj', 0, 1772366400000, 1772366460000, 1772366400000),
	('\x019ca945f460416fbe2fb6a232c88b4b71c694afac534893c8916d6c1f937690b43750b4e63a', 'authorization', '\x019ca945f460700080faa2ecc9f3a3e5', '\x019347b4502e7ad389fae9e7f7c1748a', '\x019ca9450a007000809230b9538c5f1c', 'https://app.engines.example/cb', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', 'n-0S6_WzA2Mj', 0, 1772366460000, 1772366520000, NULL),
	('\x019ca945f460b4159bebfcf4609b59a48ef2a81920b3934101c54f5998dff5856a7dba7411bf', 'authorization', '\x019ca945f46070008106caa5aed44aa6', '\x019347b4502e7ad389fae9e7f7c1748a', '\x019ca9450a007000809230b9538c5f1c', 'https://app.engines.example/cb', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', 'n-0S6_WzA2Mj', 0, 1772366460000, 1772366520000, 1772366460000),
	('\x019ca945f4605e66bc56ab40ee207f43bfdc24ef74cc539ee9008f97c4e1f6b587e81006344d', 'authorization', '\x019ca945f460700081095e959d598012', '\x019347b4502e7ad389fae9e7f7c1748a', '\x019ca9450a007000809230b9538c5f1c', 'https://app.engines.example/cb', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', 'n-0S6_WzA2Mj', 0, 1772366460000, 1772366520000, 1772366460000);
INSERT INTO public.consent_domains VALUES
	('\x019ca9450a00700080c2b484c3940171', '\x019ca9450a007000809230b9538c5f1c', false, 1772366400000),
	('\x019ca945f460700080f92a6a54a62a18', '\x019ca9450a007000809230b9538c5f1c', false, 1772366460000);
INSERT INTO public.consents VALUES
	('\x019ca9450a00700080c2b484c3940171', '\x019347b4502e7ad389fae9e7f7c1748a', 5111151654106317, 'email offline_access openid profile', 1772366400000, 1772366400000, NULL),
	('\x019ca945f460700080f92a6a54a62a18', '\x019347b4502e7ad389fae9e7f7c1748a', 3417040987963791, 'email offline_access openid profile', 1772366460000, 1772366460000, NULL);
INSERT INTO public.deliveries VALUES
	('\x0197d5c2a7f07000800000000000000a', '\x019ca945f460700080cda90be90158ea', '\x019ca945f460700080c81588e2e24240', 'waiting', 1772366400000, 1772366400000);
INSERT INTO public.delivery_tries VALUES
	('\x0197d5c2a7f07000800000000000000a', 1, 1772366400000, 503, 17);
INSERT INTO public.domain_server_ips VALUES
	('\x019ca945f460700080cb94db1be4acbe', '192.0.2.0/24', 0),
	('\x019ca945f460700080cb94db1be4acbe', '2001:db8::7', 1);
INSERT INTO public.domain_urls VALUES
	('\x019ca9450a00700080932a7021f1f64d', '\x019ca9450a007000809230b9538c5f1c', 'callback', 'https://app.engines.example/cb', true, NULL, NULL, NULL, 1772366400000, 1772366400000),
	('\x019ca9450a00700080948bf7c28d199a', '\x019ca9450a007000809230b9538c5f1c', 'logout', 'https://app.engines.example/', true, NULL, NULL, NULL, 1772366400000, 1772366400000),
	('\x019ca9450a0070008096911618b89784', '\x019ca9450a007000809548eed5cf7c57', 'callback', 'https://app.more-engines.example/cb', true, NULL, NULL, NULL, 1772366400000, 1772366400000),
	('\x019ca9450a007000809eb06889895af4', '\x019ca9450a007000809df5d26d0ac3b2', 'callback', 'https://shop.notes.example/cb', true, NULL, NULL, NULL, 1772366400000, 1772366400000),
	('\x019ca945f460700080c81588e2e24240', '\x019ca9450a007000809230b9538c5f1c', 'webhook', 'https://app.engines.example/hook', true, '\x01aa17aba3320d7ca6e0b2be0ac6101db9086d205aef1af9b24581b5e9cd60d91d232ed83ad942f5eee35307e142d2c0faeacc184968d3002f9b90f6b9', NULL, NULL, 1772366460000, 1772366460000);
INSERT INTO public.domains VALUES
	('\x019ca9450a007000809230b9538c5f1c', '\x019347b4502e7ad389fae9e7f7c1748a', 'engines.example', NULL, NULL, NULL, NULL, true, true, true, true, false, 'proven', '1ez_gZIdR3ZThjSDHEwlN0WJ21BDwVHLTgR76oxJavI', NULL, 0, 1772366400000, 1772366400000),
	('\x019ca9450a007000809548eed5cf7c57', '\x019347b4502e7ad389fae9e7f7c1748a', 'more-engines.example', NULL, NULL, NULL, NULL, true, true, true, false, false, 'proven', '58GEEXcEzRG-s1Qi8Q-5Kady6taptEWPfij-cbvf2O4', NULL, 0, 1772366400000, 1772366400000),
	('\x019ca9450a007000809df5d26d0ac3b2', '\x019347b4502e7ad389fae9e7f7c1748b', 'notes.example', NULL, NULL, NULL, NULL, true, true, true, true, false, 'unproven', 'CC3eaSOZThTquk7dT7AOyDpYeQv4zWedbVXImwTVvLk', NULL, 0, 1772366400000, 1772366400000),
	('\x019ca945f460700080cb94db1be4acbe', '\x019347b4502e7ad389fae9e7f7c1748a', 'third-engines.example', 'Third', NULL, 'https://third-engines.example/sorry', 'Call us.', true, false, true, false, true, 'unproven', 'aCDtUM_EdXteHEyA3WULmHqMOAzXVOETqxbzwgU1Qz4', NULL, 0, 1772366460000, 1772366460001),
	('\x019ca945f46070008102ff266c216144', '\x019347b4502e7ad389fae9e7f7c1748a', 'fourth-engines.example', NULL, NULL, NULL, NULL, true, false, true, false, false, 'unproven', 'MrBI0RRFDcC5gJ0Glk-K5LrpNqAzwCcb77rVc6ETzZQ', NULL, 0, 1772366460000, 1772366460000);
INSERT INTO public.email_tokens VALUES
	('\x019ca945f460a480ed51b341b14a2cca553db4941c406ef97a8732b1b1f4a5a2f6e5be46246e', 'reset_password', 3417040987963791, 'charles@example.test', 1772366460000, 1772370060000, NULL);
INSERT INTO public.flows VALUES
	('\x019ca945f460700080c40ecef9392bcb', '\x019ca945f46049b3ab841572b8a34f0e8729b65bab28f76c1d08adf358901ca1bb784ed7aed8', '\xeffa6439acb43f2296f99194ee55cc58', 'authorize', NULL, '\x019347b4502e7ad389fae9e7f7c1748a', '\x019ca9450a007000809230b9538c5f1c', '{"redirect_uri":"https://app.engines.example/cb","state":"st&te","scope":"email offline_access openid profile","nonce":"n-0S6_WzA2Mj","code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM","login_hint":null,"ask_consent":false,"ask_account":false,"stale_session":null}', NULL, 1772366460000, 1772368260000);
INSERT INTO public.grants VALUES
	('\x019ca9450a00700080c3eb5c81c07890', '\x019347b4502e7ad389fae9e7f7c1748a', '\x019ca9450a007000809230b9538c5f1c', 5111151654106317, '\x019ca9450a00700080c2b484c3940171', 5111151654106317, '\x019ca9450a00700080c132545bb8720f', 'email offline_access openid profile', 1772366400000, 1772366400000, 1803902400000, NULL),
	('\x019ca945f460700080faa2ecc9f3a3e5', '\x019347b4502e7ad389fae9e7f7c1748a', '\x019ca9450a007000809230b9538c5f1c', 3417040987963791, '\x019ca945f460700080f92a6a54a62a18', 3417040987963791, '\x019ca945f460700080f8340310440a34', 'email offline_access openid profile', 1772366460000, 1772366460000, 1803902460000, NULL),
	('\x019ca945f46070008106caa5aed44aa6', '\x019347b4502e7ad389fae9e7f7c1748a', '\x019ca9450a007000809230b9538c5f1c', 5111151654106317, '\x019ca9450a00700080c2b484c3940171', 5111151654106317, '\x019ca945f46070008105ef0cae662882', 'email offline_access openid profile', 1772366460000, 1772366460000, 1803902460000, NULL),
	('\x019ca945f460700081095e959d598012', '\x019347b4502e7ad389fae9e7f7c1748a', '\x019ca9450a007000809230b9538c5f1c', 5111151654106317, '\x019ca9450a00700080c2b484c3940171', 5111151654106317, '\x019ca945f46070008108570d216f974a', 'email offline_access openid profile', 1772366460000, 1772366460000, 1803902460000, NULL);
INSERT INTO public.idempotency_keys VALUES
	('\x7974b734abb5f00a4b412eb41f14eb68478626e8c504f435fab79c00d037c30c', '\x45ee157b131f5d478a47801241d8db0b1a345a7b8c463ebe7300b74f36d00de3', 201, '{"body":{"expires_at":null,"id":"token_01kjmmbx30e0081zx1vq2k1djf","label":"Deployment","last_used_at":null,"permissions":["attempts:read","audit:read","client:read","domains:read","links:read","members:read","requests:read","roles:read","scopes:read","secrets:read","stats:read","tokens:read","urls:read","users:read","verifications:read"]},"etag":null,"location":"/admin/v1/clients/client_01jd3v8m1efb9rkyq9wzvw2x4a/tokens/token_01kjmmbx30e0081zx1vq2k1djf"}', 1772366460000, 1772452860000);
INSERT INTO public.images VALUES
	('\xfc4f2fe676ada10b5e99aa5816f6ffe72908ce5181f2b1da501149b866960010', '\x89504e470d0a1a0a0000000d4948445200000020000000180802000000143168630000002849444154789cedcd41110030080020b733a0118d6a09fd4101f255c7a51fc704028140201008760c8c3e012460120a590000000049454e44ae426082', 1772366460000);
INSERT INTO public.job_positions VALUES
	('login_stats', '\x019ca9450a00700080c3eb5c81c07890');
INSERT INTO public.known_devices VALUES
	('\x019ca9450a006132a20e1c8aac26a8bdd423b53abcdba16a24c073fa253f5e44bf4bd2ffb0c0', 3417040987963791, 1772366400000),
	('\x019ca9450a00cc6801639597f6a45977a4572cb41fe84f096064ca0874938a7cd0d0c45e0706', 5111151654106317, 1772366400000),
	('\x019ca945f460bb0008c8a4a92095acd117f7a6fe228bcae20d38e7c4cca475e91a76e65a0f26', 2879661190525820, 1772366460000),
	('\x019ca945f460b66bae50e1273e025b2732700585af6f4e6dcaa9fdc2ca97057c599f43f80e27', 5111151654106317, 1772366460000),
	('\x019ca945f460eb12890deade69d4a40b199fd9ba43ec263564193d3b689ffaed44eac188eb78', 8118392069650507, 1772366460000),
	('\x019ca945f46007da127a4f7dd36420afb0a22a2b253539e9d379b3336e320b9fdc49099b7217', 3417040987963791, 1772366460000),
	('\x019ca945f46064321f17baaab3b601c831546eb9c493f85f86b9ea1d51045b665877b5bd12c6', 5111151654106317, 1772366460000),
	('\x019ca945f4607e51955d5792dd68073cb5e84f7292863328a0c847b4b78689cde76f80c53ed8', 5111151654106317, 1772366460000);
INSERT INTO public.letters VALUES
	('\x019ca945f460700080fc2e9e2c901aff', 'edith@example.test', 'edith@example.test', true, 'request.created', 'request_01kjmmbx30e0081yt8zstg6xbg', 'A site asks you for something', '"Analytical Engines" asks you to test its site before others can log in there. See why, and say yes or no:

http://127.0.0.1:8080/account/requests', '"Analytical Engines" asks you to test its site before others can log in there. See why, and say yes or no:

http://127.0.0.1:8080/account/requests', 1772366460000);
INSERT INTO public.login_stat_users VALUES
	('\x019347b4502e7ad389fae9e7f7c1748a', 20513, 'total', '', 5111151654106317),
	('\x019347b4502e7ad389fae9e7f7c1748a', 20513, 'domain', 'domain_01kjmma2g0e00814hgq59rrqrw', 5111151654106317),
	('\x019347b4502e7ad389fae9e7f7c1748a', 20513, 'scope', 'email', 5111151654106317),
	('\x019347b4502e7ad389fae9e7f7c1748a', 20513, 'scope', 'offline_access', 5111151654106317),
	('\x019347b4502e7ad389fae9e7f7c1748a', 20513, 'scope', 'openid', 5111151654106317),
	('\x019347b4502e7ad389fae9e7f7c1748a', 20513, 'scope', 'profile', 5111151654106317);
INSERT INTO public.login_stats VALUES
	('\x019347b4502e7ad389fae9e7f7c1748a', 20513, 'total', '', 1, 1),
	('\x019347b4502e7ad389fae9e7f7c1748a', 20513, 'domain', 'domain_01kjmma2g0e00814hgq59rrqrw', 1, 1),
	('\x019347b4502e7ad389fae9e7f7c1748a', 20513, 'scope', 'email', 1, 1),
	('\x019347b4502e7ad389fae9e7f7c1748a', 20513, 'scope', 'offline_access', 1, 1),
	('\x019347b4502e7ad389fae9e7f7c1748a', 20513, 'scope', 'openid', 1, 1),
	('\x019347b4502e7ad389fae9e7f7c1748a', 20513, 'scope', 'profile', 1, 1);
INSERT INTO public.members VALUES
	('\x019ca9450a007000808f5a0ef6fc532a', '\x019347b4502e7ad389fae9e7f7c1748a', 3417040987963791, NULL, 'charles@example.test', '\x019ca9450a007000808b17bd4bdc73ab', 'active', NULL, 1772366400000, 1772366400000),
	('\x019ca9450a007000809b4cc27bf4b3a0', '\x019347b4502e7ad389fae9e7f7c1748b', 3417040987963791, NULL, 'charles@example.test', '\x019ca9450a00700080972ec17a47aa52', 'active', NULL, 1772366400000, 1772366400000),
	('\x019ca945f460700080d227bc9ff652b2', '\x019347b4502e7ad389fae9e7f7c1748a', 2879661190525820, NULL, 'dorothy@example.test', '\x019ca9450a007000808cb218253f3c62', 'active', NULL, 1772366460000, 1772366460001),
	('\x019ca945f460700080d8be68805af1f5', '\x019347b4502e7ad389fae9e7f7c1748a', NULL, NULL, 'edith@example.test', '\x019ca945f460700080d0d19f679934db', 'invited', NULL, 1772366460000, 1772366460000);
INSERT INTO public.notifications VALUES
	('\x019ca945f460700080ce10d145e131c5', 3417040987963791, 'domain.test_mode', 'domain_01kjmmbx30e0081jwmvcdy9b5y', 'third-engines.example is in test mode now: it accepts http and loopback URLs and calls from any address, and only members and testers can log in there. Switch it off before you go live.', 1772366460000, NULL),
	('\x019ca945f460700080d5814202578a03', 2879661190525820, 'member.invited', 'member_01kjmmbx30e0081mh7qjfzcmnj', '"Analytical Engines" invites you to manage it on XWMS as Admin. Nothing changes unless you accept, signed in with this address:

http://127.0.0.1:8080/account/notifications', 1772366460000, NULL),
	('\x019ca945f460700080dc4809e0b19852', 4455829870537390, 'member.invited', 'member_01kjmmbx30e0081p5yd205nwfn', '"Analytical Engines" invites you to manage it on XWMS as Night shift. Nothing changes unless you accept, signed in with this address:

http://127.0.0.1:8080/account/notifications', 1772366460000, NULL),
	('\x019ca945f460700080dfe8cd39dfe0db', 5111151654106317, 'request.created', 'request_01kjmmbx30e0081pznpn4t9smx', '"Analytical Engines" asks you to share more with it: Personal details. See why, and say yes or no:

http://127.0.0.1:8080/account/requests', 1772366460000, NULL),
	('\x019ca945f460700080e392bee568d805', 5111151654106317, 'request.created', 'request_01kjmmbx30e0081r347ev2b56j', '"Analytical Engines" asks you to test its site before others can log in there. See why, and say yes or no:

http://127.0.0.1:8080/account/requests', 1772366460000, NULL),
	('\x019ca945f460700080e79033191218bc', 5111151654106317, 'request.created', 'request_01kjmmbx30e0081s56htw7fdg5', '"Notes" asks you to test its site before others can log in there. See why, and say yes or no:

http://127.0.0.1:8080/account/requests', 1772366460000, NULL),
	('\x019ca945f460700080f40a5fac4bf69f', 3417040987963791, 'verification.decided', 'verification_01kjmmbx30e0081w6jka66bv00', 'Your application as a Verified Partner is decided.
userinfo on engines.example is approved: As described.
What is approved holds until 2027-03-01T12:01:00Z.', 1772366460000, NULL);
INSERT INTO public.outbox VALUES
	('\x019ca945f460700080cda90be90158ea', '\x019347b4502e7ad389fae9e7f7c1748a', '\x019ca945f460700080cb94db1be4acbe', 'domain.updated', '{"data":{"client":"client_01jd3v8m1efb9rkyq9wzvw2x4a","domain":"domain_01kjmmbx30e0081jwmvcdy9b5y","root_domain":"third-engines.example"},"timestamp":"2026-03-01T12:01:00Z","type":"domain.updated"}', 1772366460000, NULL),
	('\x019ca945f460700080e986c4d5c3b964', '\x019347b4502e7ad389fae9e7f7c1748a', NULL, 'request.accepted', '{"data":{"client":"client_01jd3v8m1efb9rkyq9wzvw2x4a","kind":"access","request":"request_01kjmmbx30e0081pznpn4t9smx","sub":"5111151654106317"},"timestamp":"2026-03-01T12:01:00Z","type":"request.accepted"}', 1772366460000, NULL),
	('\x019ca945f460700080eb2d3c6f923b62', '\x019347b4502e7ad389fae9e7f7c1748b', NULL, 'request.declined', '{"data":{"client":"client_01jd3v8m1efb9rkyq9wzvw2x4b","kind":"test","request":"request_01kjmmbx30e0081s56htw7fdg5"},"timestamp":"2026-03-01T12:01:00Z","type":"request.declined"}', 1772366460000, NULL),
	('\x019ca945f460700080f3a9774733750f', '\x019347b4502e7ad389fae9e7f7c1748a', NULL, 'verification.decided', '{"data":{"client":"client_01jd3v8m1efb9rkyq9wzvw2x4a","expires_at":"2027-03-01T12:01:00Z","items":[{"domain":"domain_01kjmma2g0e00814hgq59rrqrw","reason":"As described.","scope":"userinfo","status":"approved"}],"reason":null,"status":"approved","verification":"verification_01kjmmbx30e0081w6jka66bv00"},"timestamp":"2026-03-01T12:01:00Z","type":"verification.decided"}', 1772366460000, NULL);
INSERT INTO public.refresh_tokens VALUES
	('\x019ca9450a0030033b926e80b82d433ec0c635368098d97cd71f64b32dd3a671c072aa355b53', '\x019ca9450a00700080c3eb5c81c07890', NULL, NULL, 1772366400000, 1774958400000, NULL),
	('\x019ca945f460d7440c183621a7ad85a9f3f09bb2153e6e12144bff6e5ff15fccb5d68bd840e7', '\x019ca945f46070008106caa5aed44aa6', NULL, NULL, 1772366460000, 1774958460000, NULL),
	('\x019ca945f460dd2fab84e9b3dccacdd126df873b50baf566417e3a8b260bc962abb406ba42aa', '\x019ca945f460700081095e959d598012', NULL, NULL, 1772366460000, 1774958460000, NULL);
INSERT INTO public.requests VALUES
	('\x019ca945f460700080e0643bb62594d2', '\x019347b4502e7ad389fae9e7f7c1748a', 'test', 'ada@example.test', NULL, NULL, NULL, '', NULL, 'pending', true, NULL, 1772366460000, NULL),
	('\x019ca945f460700080dbf5b549a4e69d', '\x019347b4502e7ad389fae9e7f7c1748a', 'access', 'ada@example.test', 5111151654106317, NULL, NULL, 'userinfo', 'To greet you.', 'accepted', true, NULL, 1772366460000, 1772366460000),
	('\x019ca945f460700080e4a68eb877b605', '\x019347b4502e7ad389fae9e7f7c1748b', 'test', 'ada@example.test', 5111151654106317, NULL, NULL, '', NULL, 'declined', true, NULL, 1772366460000, 1772366460000),
	('\x019ca945f460700080fb48fe75037570', '\x019347b4502e7ad389fae9e7f7c1748a', 'test', 'edith@example.test', NULL, NULL, NULL, '', NULL, 'pending', true, NULL, 1772366460000, NULL);
INSERT INTO public.revoked_tokens VALUES
	('grant_01kjmmbx30e00821pampqd8jn6.a6f28761ec2ea91ab9bdcb551b3155fb', 1772367060000);
INSERT INTO public.role_groups VALUES
	('\x019347b4502e7ad389fae9e7f7c1748a', 'Operations', 0);
INSERT INTO public.roles VALUES
	('\x019ca9450a007000808b17bd4bdc73ab', '\x019347b4502e7ad389fae9e7f7c1748a', 'owner', 'Owner', NULL, 'attempts:read audit:read client:delete client:read client:update domains:create domains:delete domains:read domains:test domains:update links:create links:delete links:read members:create members:delete members:read members:update requests:create requests:delete requests:read roles:create roles:delete roles:read roles:update scopes:create scopes:delete scopes:read secrets:create secrets:delete secrets:read secrets:update stats:read tokens:create tokens:delete tokens:read urls:create urls:delete urls:read urls:update users:delete users:read verifications:create verifications:delete verifications:read webhooks:create webhooks:read', true, NULL, 100, true, NULL, 1772366400000, 1772366400000),
	('\x019ca9450a007000808cb218253f3c62', '\x019347b4502e7ad389fae9e7f7c1748a', 'admin', 'Admin', NULL, 'attempts:read audit:read client:read client:update domains:create domains:delete domains:read domains:test domains:update links:create links:delete links:read members:create members:delete members:read members:update requests:create requests:delete requests:read roles:create roles:delete roles:read roles:update scopes:create scopes:delete scopes:read secrets:create secrets:delete secrets:read secrets:update stats:read tokens:create tokens:delete tokens:read urls:create urls:delete urls:read urls:update users:delete users:read verifications:create verifications:delete verifications:read webhooks:create webhooks:read', true, NULL, 80, true, NULL, 1772366400000, 1772366400000),
	('\x019ca9450a007000808d5e7def6737ab', '\x019347b4502e7ad389fae9e7f7c1748a', 'developer', 'Developer', NULL, 'attempts:read audit:read client:read domains:create domains:delete domains:read domains:test domains:update links:create links:delete links:read members:read requests:read roles:read scopes:create scopes:delete scopes:read secrets:create secrets:delete secrets:read secrets:update stats:read tokens:read urls:create urls:delete urls:read urls:update users:read verifications:read webhooks:create webhooks:read', true, NULL, 50, true, NULL, 1772366400000, 1772366400000),
	('\x019ca9450a007000808e0b1bce9c9756', '\x019347b4502e7ad389fae9e7f7c1748a', 'viewer', 'Viewer', NULL, 'attempts:read audit:read client:read domains:read links:read members:read requests:read roles:read scopes:read secrets:read stats:read tokens:read urls:read users:read verifications:read webhooks:read', true, NULL, 10, true, NULL, 1772366400000, 1772366400000),
	('\x019ca9450a00700080972ec17a47aa52', '\x019347b4502e7ad389fae9e7f7c1748b', 'owner', 'Owner', NULL, 'attempts:read audit:read client:delete client:read client:update domains:create domains:delete domains:read domains:test domains:update links:create links:delete links:read members:create members:delete members:read members:update requests:create requests:delete requests:read roles:create roles:delete roles:read roles:update scopes:create scopes:delete scopes:read secrets:create secrets:delete secrets:read secrets:update stats:read tokens:create tokens:delete tokens:read urls:create urls:delete urls:read urls:update users:delete users:read verifications:create verifications:delete verifications:read webhooks:create webhooks:read', true, NULL, 100, true, NULL, 1772366400000, 1772366400000),
	('\x019ca9450a007000809818011177fb34', '\x019347b4502e7ad389fae9e7f7c1748b', 'admin', 'Admin', NULL, 'attempts:read audit:read client:read client:update domains:create domains:delete domains:read domains:test domains:update links:create links:delete links:read members:create members:delete members:read members:update requests:create requests:delete requests:read roles:create roles:delete roles:read roles:update scopes:create scopes:delete scopes:read secrets:create secrets:delete secrets:read secrets:update stats:read tokens:create tokens:delete tokens:read urls:create urls:delete urls:read urls:update users:delete users:read verifications:create verifications:delete verifications:read webhooks:create webhooks:read', true, NULL, 80, true, NULL, 1772366400000, 1772366400000),
	('\x019ca9450a0070008099f9a5463ec202', '\x019347b4502e7ad389fae9e7f7c1748b', 'developer', 'Developer', NULL, 'attempts:read audit:read client:read domains:create domains:delete domains:read domains:test domains:update links:create links:delete links:read members:read requests:read roles:read scopes:create scopes:delete scopes:read secrets:create secrets:delete secrets:read secrets:update stats:read tokens:read urls:create urls:delete urls:read urls:update users:read verifications:read webhooks:create webhooks:read', true, NULL, 50, true, NULL, 1772366400000, 1772366400000),
	('\x019ca9450a007000809a465bf3e1b438', '\x019347b4502e7ad389fae9e7f7c1748b', 'viewer', 'Viewer', NULL, 'attempts:read audit:read client:read domains:read links:read members:read requests:read roles:read scopes:read secrets:read stats:read tokens:read urls:read users:read verifications:read webhooks:read', true, NULL, 10, true, NULL, 1772366400000, 1772366400000),
	('\x019ca945f460700080d0d19f679934db', '\x019347b4502e7ad389fae9e7f7c1748a', 'night-shift', 'Night shift', 'Looks after secrets', 'domains:read secrets:read', false, 'Operations', 20, true, NULL, 1772366460000, 1772366460000);
INSERT INTO public.scopes VALUES
	('openid', 'Sign-in', 'Know who you are at this site: a stable number, no name.', 'sub', 'open', 1),
	('profile', 'Name and picture', 'See your name, picture, language and time zone.', 'name given_name family_name picture locale zoneinfo updated_at', 'open', 2),
	('email', 'Email address', 'See your email address and whether it is verified.', 'email email_verified', 'open', 3),
	('offline_access', 'Stay connected', 'Stay connected while you are away, until you end it.', 'refresh tokens', 'open', 4),
	('providers', 'Sign-in providers', 'See which sign-in providers you have linked.', 'providers', 'open', 5),
	('userinfo', 'Personal details', 'See your birth date, gender, second email, country and social profiles.', 'birth_date gender second_email country socials', 'verified', 6),
	('useraddresses', 'Your addresses', 'View, add, change and delete your addresses.', 'addresses', 'verified', 7),
	('address', 'Postal address', 'See your postal address.', 'address', 'verified', 8),
	('phone', 'Phone number', 'See your phone number and whether it is verified.', 'phone_number phone_number_verified', 'verified', 9);
INSERT INTO public.secret_links VALUES
	('\x019ca9450a00700080908a7718931583', '\x019ca9450a007000809230b9538c5f1c', 1772366400000),
	('\x019ca9450a0070008091a3f41d9ae2c7', '\x019ca9450a007000809548eed5cf7c57', 1772366400000),
	('\x019ca9450a007000809ccd477b991d9f', '\x019ca9450a007000809df5d26d0ac3b2', 1772366400000);
INSERT INTO public.sessions VALUES
	('\x019ca9450a00616bc1e0dccfbdb3cd3c305f6812ab4362aebf844dc8160685595c8bec2ad003', '\x019ca9450a00700080bfaa2069ead345', 3417040987963791, 1772366400000, 1772366400000, 1773576000000, '', '127.0.0.1'),
	('\x019ca9450a00af1102cfe4e3d6787781a1de7648b099c2a608bdee0ed33ec80b43f84bcf7362', '\x019ca9450a00700080c132545bb8720f', 5111151654106317, 1772366400000, 1772366400000, 1773576000000, '', '127.0.0.1'),
	('\x019ca945f4609c5546f0ea7e0f78d9c7f2afba6958a8f44b5b99e972ec5e233dc32906513146', '\x019ca945f460700080d6d7487170ebf3', 2879661190525820, 1772366460000, 1772366460000, 1773576060000, '', '127.0.0.1'),
	('\x019ca945f460f088758cc17b19498fc7860fcd81423f70a630c6ce41f759ac76d4004b45b8d6', '\x019ca945f460700080e887d4a382920d', 5111151654106317, 1772366460000, 1772366460000, 1773576060000, '', '127.0.0.1'),
	('\x019ca945f4609fa8ab8394e7614b79578fe9b82fdb9a2aa172b4881e41b7fe938743ab0de166', '\x019ca945f460700080f28081d0d14a6a', 8118392069650507, 1772366460000, 1772366460000, 1773576060000, '', '127.0.0.1'),
	('\x019ca945f4604c723cc010e047362a564e3bbff7a3e50733a450564ec79175ee159be6fecf43', '\x019ca945f460700080f8340310440a34', 3417040987963791, 1772366460000, 1772366460000, 1773576060000, '', '127.0.0.1'),
	('\x019ca945f460982509b8a6f07b7ba1ed8987da2b0e3548032e71b92b6dc5a09bba69d35fcca4', '\x019ca945f46070008105ef0cae662882', 5111151654106317, 1772366460000, 1772366460000, 1773576060000, '', '127.0.0.1'),
	('\x019ca945f4604ee336786f8687797382c58a9c2d4521dc7f4a9e32bd2654094891132ea8024e', '\x019ca945f46070008108570d216f974a', 5111151654106317, 1772366460000, 1772366460000, 1773576060000, '', '127.0.0.1');
INSERT INTO public.signing_keys VALUES
	('tmudVEAXcH1OnijWzygF00ewveg6-vPe3Cjz4WMX9-s', 'RS256', 'current', '{"alg":"RS256","e":"AQAB","kid":"tmudVEAXcH1OnijWzygF00ewveg6-vPe3Cjz4WMX9-s","kty":"RSA","n":"0NrPKkmegvJ1a-vP2BiRaU470pSO0QPtYE0ry0--kAJdfGB8BxhITZO3Sgx_Cvscril5KqMuglKcCMF9bTiR8BzHRdEJ1Et-7j-F3a9NjinbzJ3Rf2nJ1XFwZAWrdTXqAhdBuzTO1TcviJHcX07LPmF_68EnPzvVSIBTs6jCFJov218ulNhNcM7F9VSwM1cc4UIKZFJzSimTuHNKf2B7IvqIFG_1Q2GTUz-6wzLaJywkbaeKYSNgrAki_H8SX-H_qeFMRH6RLmbSYev-89qLgOP3ak9zAB4r_zIKH6xoeCKovb4ZUQEt2VilOIowuFpextOl-iTwyYPPA--xvYf3yw","use":"sig"}', '\x01f690847861ddae49cd2efe7408f2998c08ee30f0fbeaac950458ce75cd9f7cc614104b560662b6398d5e8a6ce060372502ccfe86857574d3dd24283332f6d1596df3217e1fcaa77fa241ffec75825c8081fbd71ca70695c390ea74af4df8bf81f733feee6a445d967e9bbc1c4bf292f43efabdfa847fe76780f9d9d12257d7409245d297e035fa74f5f99a5c6322930f1d39c5b0322dba9ac06aa1c7915676862bc85bc205a9b9cb80a6c28d760071797f8a903709de861e149cebea90cba1feee60b869d8e8aa67f1b2e677c30f9c359de6125ad74bd0adc645be23ddfdd2de6e3de76f7b7385f287eee70ae1b38bdd5ba8a28c5f0094825338da0466b61ce2c3b45295afb872048fc92ab717db9b8bf312c5db181d88e8267929c4d7ccff7cc84d5a92f21f0c56b99185e28d639d0c20db96f49ec4232cecef374d59bfebf68bad66429b5ab1230032c78f0473413df9c77be1b915fd21cf1870d05cd61d3c57dddf91b04bb617990e45d0f31c980a2ccfefdbc375d2f50a76cdc6c5eeceb445829e3cc0608ed48a1bb902c55563123c12db881ab199b9cbd3002571b62c8b13a3e787f6943e9610fa85cd13338aecf2629ef167d5588750345f979fd2dc63f34837a81634cd9e702409082bcaf94dd79b996fd96a13e2127e513421d2aec5fa773f458418c323637534fc3bc33b24dd37dae89d30e22cb53f09f4290a697f48c47637f213e3dae3b37d657efaf8bcb5db08a685d66d0790a2bd02df8da51da289245a68029a917128915c8cc00754ef85dcb04c7ce70cb55325992282087ab521a44997c4e8866cd863aa1fabb17dc0a365b9dd56fed1c26807e8f4556e9de9caca2854d733f9079aacd93507986549aa8c7bd4422decff29cab363c9e15b90eecee57a111c961e1ab0c04d770daca17a0644965efbb7bb960deb3a9153f98be3ba463007ed7adf96a9ece7ee0e9b7563b42d726bfc8a9d507cc77fc144908cf54715dca24364dcf911238ccb517ae2009ba91f0cfc9c964ae1d6adc85026fcdd5fca4a518c9bea298d33b3dd29e4188cbfb86ac0db52d678e5851a38611810d5ff796dd7118010d556a5e23d8efb8fb8821bb613ff580f4b64892e32dfaa5efa1b009f04667396970308c173a51972c896ac103967cd318e6003310bd6f28eb8ad661715f5b29c3ee3210a65758a8aaa118cb853e4fc519ae1bb2b1357fbaf74ce703a57150b3ceb7ff22704f1e95998ff316fe05f66355ec8178b0de03bf85a021df731178de07ac2ee7422c69a489021812ac214c88b73d3d163a9a1aed5625b06d2d8dd831509c43512b4db7657ba11405af52b41ca09eebfb230f5b0044510447cc3cbee93da0ae09d633e20d04e603517c8c90b625899c79b608e0f9ce513128e6ca48c65e4cb4b70613ddc9e1ed5c196e83f5f97642283def33c08e971a8b7652aafa9d49c9c35fb801ba963044af2888ff23725bf0d1d3930a83794c8780fc4365a5cad488672ad258303916fd6bf20b94ea9db15e6422d9af3a7ec5f146158e95237f55a885581eaac652e340854e66a588ee57ae8cf514e281d7f1f6b954c15f57c7a0d480f67bf698064173ea0fc606e0f55a8d64003ea09bf101412bf04c74a02a251dc517cdda3f239321355cdaba1f7fd184fd72e74f00bd2a1ad07f9a70c2be5507f6c8e9914dab6153ea9c7704b427b845baf3d4d559685ee377f89c22c0a8e6fed83ddd666c1f2736491c167da14a4210a18a80031', 1772366400000, 1772366400000, NULL),
	('SKzVHkQ1hHFBWMD9uPNvj6HvXbGBovF222DC2xLJJw4', 'ES256', 'current', '{"alg":"ES256","crv":"P-256","kid":"SKzVHkQ1hHFBWMD9uPNvj6HvXbGBovF222DC2xLJJw4","kty":"EC","use":"sig","x":"2uPwKjgimnA4VFDkkE3scfojb_60OCHOsCT4oQbXyVY","y":"cB6zvo8Qb_AilEFQUCyilabzouNVeqCSxLrgpLVystk"}', '\x012b0791fed36f2c93ae0ece2a847bfe3ca0684e9f4542eae5686bb809249eaaa382309dbc4fd5822cc677ab88ce0c57b419d603112ae3a6af7ecd45340a769f92d033ceecc08b549ec3f55f771f96efc79d3dd17ee90545694b33aae4a3f881072bdb1f6a8fe2fcfd33e939cc4791bbf6ae9b15fb888051e29748a2089144229eaa2858812e3690a7e7551c26cbba9f0284e9cc7fd2d5e46f6dcf394ac1484f338b485f367953', 1772366400000, 1772366400000, NULL);
INSERT INTO public.throttles VALUES
	('\x179cf93b6d07342cbfd04d98b1cf28326493eaf4fcd849aef34a362acf5bda2f', 1, 1772366460000, 1772366460000, 1772370060000),
	('\xc573bb2de0c81f40121839bec4eb723e34daa8cdf125b94e84ffb0384a99bb94', 1, 1772366460000, 1772366460000, 1772370060000),
	('\x6411a3934b95e4747ea67d054b927d846637603a1e70adc04e25be5a491ac91a', 1, 1772366460000, 1772366460000, 1772366520000),
	('\x1f7152f8917b446deb1483abe1efb3ffb055b0b1cb4d19b15f862f11fa7cad8c', 1, 1772366460000, 1772366460000, 1772370060000),
	('\xf32b0875f09e1e5fe8492b25412296c915f92ae67da909619e8ad5f43451b8fc', 1, 1772366460000, 1772366460000, 1772370060000),
	('\x1ed88641be05f3dde3a4ee556ba6bdf2b305e33f90d2955fcdc5cdcbc26f17c7', 0, 1772366460000, 1772366460000, 1772367360000),
	('\x2a2efe3a8c2fc3886a3513fcd66c3eda0788ced603a46b1e370a32dbd6a68d3b', 1, 1772366460000, 1772366460000, 1772370060000),
	('\x738b5702549870d60d895911483485fa9b1fa13488d5b894576b1bb118889e29', 3, 1772366460000, 1772366460000, 1772370060000),
	('\x36dca00dd8f94bf0ab7e2d1f8a2d88206893a8e46cec4ed426cd0d1ca73904cb', 6, 1772366460000, 1772366460000, 1772370060000),
	('\xdfecf4815e5b83b021342f1f4d664de4dde8a13fb8d70b3ebaa26f85d0e8bbe4', 0, 1772366460000, 1772366460000, 1772367360000),
	('\x9a518aa6bd196ccb78b4da3a1f4a6a32d7f9df71f70c9c2aa0c1a654f1498f3c', 1, 1772366460000, 1772366460000, 1772370060000),
	('\xbcf41f8de83f8c3fddf65be54f439c8db6e0f6d59f92d13f1ec3265843e57ab4', 0, 1772366400000, 1772366460000, 1772367300000),
	('\x56e0b530c0713634ebec992071fbd5ceb249ebf0d24ebc24175302aaa1051191', 6, 1772366460000, 1772366460000, 1772370060000),
	('\x367730e8602ee07e1d11331c59fffa33b9e6b96f9d1a6f73377522612939107e', 1, 1772366400000, 1772366460000, 1772367300000),
	('\x2b2df190305465473ab4113343b323041e71f2bbc3c416fead3c9abc66b1bd36', 1, 1772366400000, 1772366460000, 1772367300000);
INSERT INTO public.user_providers VALUES
	('elsewhere', '17', 5111151654106317, 1772366400000);
INSERT INTO public.user_socials VALUES
	(5111151654106317, 'mastodon', 'ada', 'https://social.example/@ada');
INSERT INTO public.users VALUES
	(5749133830059975, 'unverified@example.test', 'unverified@example.test', false, NULL, '$argon2id$v=19$m=8,t=1,p=1$Xd6jDsuPMLscKKdvGM/pDg$06r5yTIcGqhAqmtPAZZWyIZgrh69j8i1X2rONbegKB8', NULL, NULL, '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, 'free', NULL, NULL, NULL, 1772366400000, 1772366400000),
	(4455829870537390, 'edith@example.test', 'edith@example.test', true, NULL, '$argon2id$v=19$m=8,t=1,p=1$PxkcAWvicLgg++icH1k18w$lKDC5OgR+FgeK0kyE/aOKq4q1hCNpdkW90FbMFLShMc', 'edith', NULL, ' edith', NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, 'free', NULL, NULL, NULL, 1772366400000, 1772366400000),
	(2879661190525820, 'dorothy@example.test', 'dorothy@example.test', true, NULL, '$argon2id$v=19$m=8,t=1,p=1$rUgP9Cdk5h/XsoGFI2xrew$vio/JpNp7kKmsAmj8jO3ZdBgTY3V9k4C2PzZr3tLWmI', 'dorothy', NULL, ' dorothy', NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, 'free', NULL, NULL, NULL, 1772366400000, 1772366400000),
	(8118392069650507, 'staff@example.test', 'staff@example.test', true, NULL, '$argon2id$v=19$m=8,t=1,p=1$H8K0d5d0PoRIriEm8zvQ0Q$dfA6UtiFzBVAyY5cuG22Z9wu6DAD96lNZIbDmzrDrxQ', NULL, NULL, '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, 'free', NULL, 'admin', NULL, 1772366460000, 1772366460000),
	(3417040987963791, 'charles@example.test', 'charles@example.test', true, NULL, '$argon2id$v=19$m=8,t=1,p=1$5jGej9giyAQXvGa/FPWXyw$Cf6Nr7/GOYNb895BpvotSWt8xJvAtipNwE/3bg6CjXY', 'Charles', 'Babbage', ' charles babbage', NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, 'paid', NULL, NULL, NULL, 1772366400000, 1772366400000),
	(5111151654106317, 'ada@example.test', 'ada@example.test', true, NULL, '$argon2id$v=19$m=8,t=1,p=1$9PjMMS4LWHL83bvuOlAUKw$3tyV6YFD9RtI1xzl1d/pKRpIlBj5lgn+R70a0a1fcXM', 'Ada', 'Lovelace', ' ada lovelace', NULL, NULL, NULL, '1815-12-10', 'countess', NULL, NULL, false, 'free', NULL, NULL, NULL, 1772366400000, 1772366460000);
INSERT INTO public.verification_items VALUES
	('\x019ca945f460700080f0d29a8c65ec00', '\x019ca9450a007000809230b9538c5f1c', 'userinfo', 'approved', 'As described.');
INSERT INTO public.verifications VALUES
	('\x019ca945f460700080f0d29a8c65ec00', '\x019347b4502e7ad389fae9e7f7c1748a', 'approved', 'Birthdays.', 2, 1803902460000, NULL, NULL, NULL, 1772366460000, 1772366460000, false);
ALTER TABLE ONLY public.__diesel_schema_migrations
    ADD CONSTRAINT __diesel_schema_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.addresses
    ADD CONSTRAINT addresses_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.attempts
    ADD CONSTRAINT attempts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.audit_entries
    ADD CONSTRAINT audit_entries_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.audit_seal_entries
    ADD CONSTRAINT audit_seal_entries_pkey PRIMARY KEY (entry_id);
ALTER TABLE ONLY public.audit_seals
    ADD CONSTRAINT audit_seals_pkey PRIMARY KEY (number);
ALTER TABLE ONLY public.audit_unsealed
    ADD CONSTRAINT audit_unsealed_pkey PRIMARY KEY (entry_id);
ALTER TABLE ONLY public.client_blocks
    ADD CONSTRAINT client_blocks_pkey PRIMARY KEY (user_id, client_id);
ALTER TABLE ONLY public.client_scopes
    ADD CONSTRAINT client_scopes_pkey PRIMARY KEY (client_id, scope);
ALTER TABLE ONLY public.client_secrets
    ADD CONSTRAINT client_secrets_client_id_label_key UNIQUE (client_id, label);
ALTER TABLE ONLY public.client_secrets
    ADD CONSTRAINT client_secrets_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.client_secrets
    ADD CONSTRAINT client_secrets_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.client_user_domains
    ADD CONSTRAINT client_user_domains_pkey PRIMARY KEY (client_id, user_id, domain_id);
ALTER TABLE ONLY public.client_users
    ADD CONSTRAINT client_users_client_id_subject_key UNIQUE (client_id, subject);
ALTER TABLE ONLY public.client_users
    ADD CONSTRAINT client_users_pkey PRIMARY KEY (client_id, user_id);
ALTER TABLE ONLY public.clients
    ADD CONSTRAINT clients_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.codes
    ADD CONSTRAINT codes_pkey PRIMARY KEY (code_key);
ALTER TABLE ONLY public.consent_domains
    ADD CONSTRAINT consent_domains_pkey PRIMARY KEY (consent_id, domain_id);
ALTER TABLE ONLY public.consents
    ADD CONSTRAINT consents_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.delivery_tries
    ADD CONSTRAINT delivery_tries_pkey PRIMARY KEY (delivery_id, number);
ALTER TABLE ONLY public.domain_server_ips
    ADD CONSTRAINT domain_server_ips_pkey PRIMARY KEY (domain_id, network);
ALTER TABLE ONLY public.domain_urls
    ADD CONSTRAINT domain_urls_domain_id_kind_url_key UNIQUE (domain_id, kind, url);
ALTER TABLE ONLY public.domain_urls
    ADD CONSTRAINT domain_urls_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.domains
    ADD CONSTRAINT domains_client_id_root_domain_key UNIQUE (client_id, root_domain);
ALTER TABLE ONLY public.domains
    ADD CONSTRAINT domains_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.email_tokens
    ADD CONSTRAINT email_tokens_pkey PRIMARY KEY (token_key);
ALTER TABLE ONLY public.flows
    ADD CONSTRAINT flows_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.flows
    ADD CONSTRAINT flows_sign_token_key_key UNIQUE (sign_token_key);
ALTER TABLE ONLY public.grants
    ADD CONSTRAINT grants_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (key_digest);
ALTER TABLE ONLY public.images
    ADD CONSTRAINT images_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY public.job_positions
    ADD CONSTRAINT job_positions_pkey PRIMARY KEY (job);
ALTER TABLE ONLY public.known_devices
    ADD CONSTRAINT known_devices_pkey PRIMARY KEY (token_key, user_id);
ALTER TABLE ONLY public.letters
    ADD CONSTRAINT letters_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.login_stat_users
    ADD CONSTRAINT login_stat_users_pkey PRIMARY KEY (client_id, day, dimension, name, user_id);
ALTER TABLE ONLY public.login_stats
    ADD CONSTRAINT login_stats_pkey PRIMARY KEY (client_id, day, dimension, name);
ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_client_id_email_key_key UNIQUE (client_id, email_key);
ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.notifications
    ADD CONSTRAINT notifications_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_pkey PRIMARY KEY (token_key);
ALTER TABLE ONLY public.requests
    ADD CONSTRAINT requests_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.revoked_tokens
    ADD CONSTRAINT revoked_tokens_pkey PRIMARY KEY (jti);
ALTER TABLE ONLY public.role_groups
    ADD CONSTRAINT role_groups_pkey PRIMARY KEY (client_id, name);
ALTER TABLE ONLY public.roles
    ADD CONSTRAINT roles_client_id_role_key_key UNIQUE (client_id, role_key);
ALTER TABLE ONLY public.roles
    ADD CONSTRAINT roles_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.scopes
    ADD CONSTRAINT scopes_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.secret_links
    ADD CONSTRAINT secret_links_pkey PRIMARY KEY (secret_id, domain_id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_id_key UNIQUE (id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (token_key);
ALTER TABLE ONLY public.signing_keys
    ADD CONSTRAINT signing_keys_pkey PRIMARY KEY (kid);
ALTER TABLE ONLY public.throttles
    ADD CONSTRAINT throttles_pkey PRIMARY KEY (subject_key);
ALTER TABLE ONLY public.user_providers
    ADD CONSTRAINT user_providers_pkey PRIMARY KEY (provider, provider_subject);
ALTER TABLE ONLY public.user_socials
    ADD CONSTRAINT user_socials_pkey PRIMARY KEY (user_id, platform);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.verification_items
    ADD CONSTRAINT verification_items_pkey PRIMARY KEY (verification_id, domain_id, scope);
ALTER TABLE ONLY public.verifications
    ADD CONSTRAINT verifications_pkey PRIMARY KEY (id);
CREATE INDEX addresses_by_user ON public.addresses USING btree (user_id);
CREATE INDEX api_tokens_by_client ON public.api_tokens USING btree (client_id);
CREATE INDEX api_tokens_by_user ON public.api_tokens USING btree (user_id);
CREATE INDEX attempts_by_client ON public.attempts USING btree (client_id, id);
CREATE INDEX attempts_by_time ON public.attempts USING btree (at);
CREATE INDEX audit_entries_by_client ON public.audit_entries USING btree (client_id, id);
CREATE INDEX audit_seal_entries_by_seal ON public.audit_seal_entries USING btree (seal_number);
CREATE INDEX client_users_by_user ON public.client_users USING btree (user_id);
CREATE INDEX clients_by_billing_owner ON public.clients USING btree (billing_owner);
CREATE INDEX clients_by_logo ON public.clients USING btree (logo_digest) WHERE (logo_digest IS NOT NULL);
CREATE INDEX clients_by_reviewed_logo ON public.clients USING btree (reviewed_logo_digest) WHERE (reviewed_logo_digest IS NOT NULL);
CREATE INDEX consents_by_user ON public.consents USING btree (user_id);
CREATE UNIQUE INDEX consents_one_live ON public.consents USING btree (client_id, user_id) WHERE (ended_at IS NULL);
CREATE INDEX deliveries_by_event ON public.deliveries USING btree (outbox_id);
CREATE INDEX deliveries_by_url ON public.deliveries USING btree (url_id);
CREATE INDEX deliveries_due ON public.deliveries USING btree (next_try_at) WHERE (status = 'waiting'::text);
CREATE INDEX domains_by_check ON public.domains USING btree (ownership, ownership_failures, ownership_checked_at);
CREATE INDEX domains_by_logo ON public.domains USING btree (logo_digest) WHERE (logo_digest IS NOT NULL);
CREATE UNIQUE INDEX domains_one_primary ON public.domains USING btree (client_id) WHERE is_primary;
CREATE INDEX email_tokens_by_expiry ON public.email_tokens USING btree (expires_at);
CREATE INDEX email_tokens_by_user ON public.email_tokens USING btree (user_id);
CREATE INDEX flows_by_browser ON public.flows USING btree (browser_key, expires_at) WHERE (browser_key IS NOT NULL);
CREATE INDEX flows_by_client ON public.flows USING btree (client_id, expires_at) WHERE (sign_token_key IS NOT NULL);
CREATE INDEX flows_by_expiry ON public.flows USING btree (expires_at);
CREATE INDEX flows_by_network ON public.flows USING btree (network_key, expires_at) WHERE (network_key IS NOT NULL);
CREATE INDEX grants_by_expiry ON public.grants USING btree (expires_at);
CREATE INDEX grants_by_user ON public.grants USING btree (user_id, client_id);
CREATE INDEX idempotency_keys_by_expiry ON public.idempotency_keys USING btree (expires_at);
CREATE INDEX known_devices_by_use ON public.known_devices USING btree (last_used_at);
CREATE INDEX known_devices_by_user ON public.known_devices USING btree (user_id);
CREATE INDEX letters_by_time ON public.letters USING btree (created_at, id);
CREATE INDEX login_stat_users_by_day ON public.login_stat_users USING btree (day);
CREATE INDEX members_by_end ON public.members USING btree (expires_at) WHERE (expires_at IS NOT NULL);
CREATE INDEX members_by_role ON public.members USING btree (role_id);
CREATE INDEX members_by_user ON public.members USING btree (user_id);
CREATE INDEX members_invited ON public.members USING btree (email_key) WHERE (status = 'invited'::text);
CREATE UNIQUE INDEX members_one_per_user ON public.members USING btree (client_id, user_id);
CREATE INDEX notifications_by_user ON public.notifications USING btree (user_id, id);
CREATE INDEX outbox_waiting ON public.outbox USING btree (created_at) WHERE (expanded_at IS NULL);
CREATE INDEX requests_by_client ON public.requests USING btree (client_id, id);
CREATE INDEX requests_by_person ON public.requests USING btree (client_id, user_id);
CREATE INDEX requests_by_user ON public.requests USING btree (user_id);
CREATE UNIQUE INDEX requests_one_open ON public.requests USING btree (client_id, email_key, kind) WHERE (status = 'pending'::text);
CREATE INDEX requests_waiting ON public.requests USING btree (email_key) WHERE (status = 'pending'::text);
CREATE INDEX revoked_tokens_by_expiry ON public.revoked_tokens USING btree (expires_at);
CREATE INDEX secret_links_by_domain ON public.secret_links USING btree (domain_id);
CREATE INDEX sessions_by_expiry ON public.sessions USING btree (expires_at);
CREATE INDEX sessions_by_user ON public.sessions USING btree (user_id);
CREATE UNIQUE INDEX signing_keys_one_current ON public.signing_keys USING btree (alg) WHERE (state = 'current'::text);
CREATE UNIQUE INDEX signing_keys_one_next ON public.signing_keys USING btree (alg) WHERE (state = 'next'::text);
CREATE INDEX throttles_by_expiry ON public.throttles USING btree (expires_at);
CREATE INDEX user_providers_by_user ON public.user_providers USING btree (user_id);
CREATE UNIQUE INDEX users_by_email ON public.users USING btree (email_key text_pattern_ops);
CREATE INDEX verification_items_by_domain ON public.verification_items USING btree (domain_id);
CREATE INDEX verifications_by_client ON public.verifications USING btree (client_id);
CREATE INDEX verifications_by_end ON public.verifications USING btree (expires_at);
CREATE INDEX verifications_by_status ON public.verifications USING btree (status, id);
CREATE UNIQUE INDEX verifications_one_pending ON public.verifications USING btree (client_id) WHERE (status = 'pending'::text);
ALTER TABLE ONLY public.addresses
    ADD CONSTRAINT addresses_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.audit_seal_entries
    ADD CONSTRAINT audit_seal_entries_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES public.audit_entries(id);
ALTER TABLE ONLY public.audit_seal_entries
    ADD CONSTRAINT audit_seal_entries_seal_number_fkey FOREIGN KEY (seal_number) REFERENCES public.audit_seals(number);
ALTER TABLE ONLY public.client_blocks
    ADD CONSTRAINT client_blocks_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.client_blocks
    ADD CONSTRAINT client_blocks_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.client_scopes
    ADD CONSTRAINT client_scopes_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.client_scopes
    ADD CONSTRAINT client_scopes_scope_fkey FOREIGN KEY (scope) REFERENCES public.scopes(name);
ALTER TABLE ONLY public.client_secrets
    ADD CONSTRAINT client_secrets_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.client_user_domains
    ADD CONSTRAINT client_user_domains_client_id_user_id_fkey FOREIGN KEY (client_id, user_id) REFERENCES public.client_users(client_id, user_id) ON DELETE CASCADE;
ALTER TABLE ONLY public.client_users
    ADD CONSTRAINT client_users_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.client_users
    ADD CONSTRAINT client_users_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.clients
    ADD CONSTRAINT clients_billing_owner_fkey FOREIGN KEY (billing_owner) REFERENCES public.users(id);
ALTER TABLE ONLY public.clients
    ADD CONSTRAINT clients_logo_digest_fkey FOREIGN KEY (logo_digest) REFERENCES public.images(digest);
ALTER TABLE ONLY public.clients
    ADD CONSTRAINT clients_reviewed_logo_digest_fkey FOREIGN KEY (reviewed_logo_digest) REFERENCES public.images(digest);
ALTER TABLE ONLY public.consent_domains
    ADD CONSTRAINT consent_domains_consent_id_fkey FOREIGN KEY (consent_id) REFERENCES public.consents(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.consents
    ADD CONSTRAINT consents_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.consents
    ADD CONSTRAINT consents_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_outbox_id_fkey FOREIGN KEY (outbox_id) REFERENCES public.outbox(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_url_id_fkey FOREIGN KEY (url_id) REFERENCES public.domain_urls(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.delivery_tries
    ADD CONSTRAINT delivery_tries_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES public.deliveries(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.domain_server_ips
    ADD CONSTRAINT domain_server_ips_domain_id_fkey FOREIGN KEY (domain_id) REFERENCES public.domains(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.domain_urls
    ADD CONSTRAINT domain_urls_domain_id_fkey FOREIGN KEY (domain_id) REFERENCES public.domains(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.domains
    ADD CONSTRAINT domains_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.domains
    ADD CONSTRAINT domains_logo_digest_fkey FOREIGN KEY (logo_digest) REFERENCES public.images(digest);
ALTER TABLE ONLY public.email_tokens
    ADD CONSTRAINT email_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.known_devices
    ADD CONSTRAINT known_devices_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.login_stat_users
    ADD CONSTRAINT login_stat_users_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.login_stats
    ADD CONSTRAINT login_stats_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_role_id_fkey FOREIGN KEY (role_id) REFERENCES public.roles(id);
ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.notifications
    ADD CONSTRAINT notifications_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.requests
    ADD CONSTRAINT requests_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.requests
    ADD CONSTRAINT requests_domain_id_fkey FOREIGN KEY (domain_id) REFERENCES public.domains(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.requests
    ADD CONSTRAINT requests_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.role_groups
    ADD CONSTRAINT role_groups_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.roles
    ADD CONSTRAINT roles_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.roles
    ADD CONSTRAINT roles_client_id_role_group_fkey FOREIGN KEY (client_id, role_group) REFERENCES public.role_groups(client_id, name);
ALTER TABLE ONLY public.secret_links
    ADD CONSTRAINT secret_links_domain_id_fkey FOREIGN KEY (domain_id) REFERENCES public.domains(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.secret_links
    ADD CONSTRAINT secret_links_secret_id_fkey FOREIGN KEY (secret_id) REFERENCES public.client_secrets(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.user_providers
    ADD CONSTRAINT user_providers_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.user_socials
    ADD CONSTRAINT user_socials_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.verification_items
    ADD CONSTRAINT verification_items_domain_id_fkey FOREIGN KEY (domain_id) REFERENCES public.domains(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.verification_items
    ADD CONSTRAINT verification_items_scope_fkey FOREIGN KEY (scope) REFERENCES public.scopes(name);
ALTER TABLE ONLY public.verification_items
    ADD CONSTRAINT verification_items_verification_id_fkey FOREIGN KEY (verification_id) REFERENCES public.verifications(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.verifications
    ADD CONSTRAINT verifications_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;
