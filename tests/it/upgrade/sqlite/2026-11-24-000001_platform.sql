-- access token: eyJhbGciOiJFUzI1NiIsImtpZCI6IkMxMFc1endCclNadWRhZmladnk3VWRnSXd0Uy10ay16alJDT1lpX0YxUk0iLCJ0eXAiOiJhdCtqd3QifQ.eyJpc3MiOiJodHRwOi8vMTI3LjAuMC4xOjgwODAiLCJzdWIiOiI0ODc0MTM0MTc3NDg5MTY5IiwiYXVkIjoiaHR0cDovLzEyNy4wLjAuMTo4MDgwIiwiY2xpZW50X2lkIjoiY2xpZW50XzAxamQzdjhtMWVmYjlya3lxOXd6dncyeDRhIiwic2NvcGUiOiJlbWFpbCBvZmZsaW5lX2FjY2VzcyBvcGVuaWQgcHJvZmlsZSIsImp0aSI6ImdyYW50XzAxa2ptbWJ4MzBlMDA4MTEwNGs4eWQxeXg3LjBmMTk3YTQ4YjA4YWIwZGE2OWE0NmRjZGUzNDMzOTZjIiwiaWF0IjoxNzcyMzY2NDYwLCJleHAiOjE3NzIzNjcwNjAsImRvbWFpbiI6ImRvbWFpbl8wMWtqbW1hMmcwZTAwODAzZW1mcXJ2Nm16NSJ9.gqUfiOE2aLcKCy89c0w6bOhThER8bZpEkRwq8gSLkAPvp-bLzMv90M8fUo4DuEeczigWzrUcA1sEF6jbFNJz0g
-- api token: xwms_pat_8P9KHgyA3CWDb3jJVlROST4H1Aihe1HLkR6Ejb1ScKx0epiqi
-- api token's id: token_01kjmmbx30e0080ymft08k8q2n
-- letter's object: request_01kjmmbx30e0080xqs0960bpzd
-- master key: 1YnM824JV7HPIsX9/2/kLQ+yDLmoce0TUWva3+zbb2E=
-- notification: third-engines.example is in test mode now: it accepts http and loopback URLs and calls from any address, and only members and testers can log in there. Switch it off before you go live.
-- now: 2026-03-01T12:01:00Z
-- refresh token: xwms_rt_AZypRfRg4ERdtxwHE1hWd3iwYE9YFrExjU6UU1OtUTq-__Z-BzA
-- revoked token: eyJhbGciOiJFUzI1NiIsImtpZCI6IkMxMFc1endCclNadWRhZmladnk3VWRnSXd0Uy10ay16alJDT1lpX0YxUk0iLCJ0eXAiOiJhdCtqd3QifQ.eyJpc3MiOiJodHRwOi8vMTI3LjAuMC4xOjgwODAiLCJzdWIiOiI0ODc0MTM0MTc3NDg5MTY5IiwiYXVkIjoiaHR0cDovLzEyNy4wLjAuMTo4MDgwIiwiY2xpZW50X2lkIjoiY2xpZW50XzAxamQzdjhtMWVmYjlya3lxOXd6dncyeDRhIiwic2NvcGUiOiJlbWFpbCBvZmZsaW5lX2FjY2VzcyBvcGVuaWQgcHJvZmlsZSIsImp0aSI6ImdyYW50XzAxa2ptbWJ4MzBlMDA4MTBmcmd5enozZDg5Ljk0OTUxYTYzMTA5NmY5ZWJlYWY3MDUxZWJkNjNkZDI0IiwiaWF0IjoxNzcyMzY2NDYwLCJleHAiOjE3NzIzNjcwNjAsImRvbWFpbiI6ImRvbWFpbl8wMWtqbW1hMmcwZTAwODAzZW1mcXJ2Nm16NSJ9.sqJBI0reTe12eU4Jx7B-9b53JAS8Sen7H1ff_Ydg29zMow1Ax3mPjRYD4vdKUdoKXvDI6Bh0Wsx_hlZZU2S6sQ
-- seal: 95f26029b9f2ff9cecf0f1b12f9c93a8e0e26ad8a12442aabd1e3074f2d814d0
CREATE TABLE __diesel_schema_migrations (
       version VARCHAR(50) PRIMARY KEY NOT NULL,
       run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE users (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id >= 1000000000000 AND id < 9007199254740992),
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    email_verified BOOLEAN NOT NULL,
    second_email TEXT,
    password_hash TEXT,
    given_name TEXT,
    family_name TEXT,
    -- Both names as they are looked for: small letters, with a space before each word.
    name_key TEXT NOT NULL,
    picture TEXT,
    locale TEXT,
    zoneinfo TEXT,
    birth_date TEXT,
    gender TEXT,
    country TEXT,
    phone_number TEXT,
    phone_number_verified BOOLEAN NOT NULL,
    plan TEXT NOT NULL CHECK (plan IN ('free', 'paid')),
    plan_valid_until BIGINT,
    staff TEXT CHECK (staff IN ('reviewer', 'admin')),
    suspended_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_by_email ON users (email_key);
CREATE TABLE user_socials (
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    platform TEXT NOT NULL,
    username TEXT NOT NULL,
    url TEXT NOT NULL,
    PRIMARY KEY (user_id, platform)
) WITHOUT ROWID;
CREATE TABLE user_providers (
    provider TEXT NOT NULL,
    provider_subject TEXT NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    linked_at BIGINT NOT NULL,
    PRIMARY KEY (provider, provider_subject)
) WITHOUT ROWID;
CREATE INDEX user_providers_by_user ON user_providers (user_id);
CREATE TABLE addresses (
    id BIGINT NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('standard', 'billing', 'business', 'contract', 'mailing', 'shipping')),
    name TEXT,
    company_name TEXT,
    firstname TEXT,
    lastname TEXT,
    phone TEXT,
    email TEXT,
    tax_nr TEXT,
    registration_nr TEXT,
    access_code TEXT,
    postal_code TEXT,
    house_number TEXT,
    street TEXT,
    city TEXT,
    country TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX addresses_by_user ON addresses (user_id);
CREATE TABLE sessions (
    token_key BLOB NOT NULL PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    authenticated_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    user_agent TEXT NOT NULL,
    address TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE TABLE known_devices (
    token_key BLOB NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (token_key, user_id)
) WITHOUT ROWID;
CREATE INDEX known_devices_by_user ON known_devices (user_id);
CREATE INDEX known_devices_by_use ON known_devices (last_used_at);
CREATE TABLE email_tokens (
    token_key BLOB NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('verify_email', 'reset_password')),
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
) WITHOUT ROWID;
CREATE INDEX email_tokens_by_user ON email_tokens (user_id);
CREATE INDEX email_tokens_by_expiry ON email_tokens (expires_at);
CREATE TABLE throttles (
    subject_key BLOB NOT NULL PRIMARY KEY,
    hits INTEGER NOT NULL,
    window_started_at BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX throttles_by_expiry ON throttles (expires_at);
CREATE TABLE "notifications" (
    id BLOB NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    object_id TEXT,
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    read_at BIGINT
) WITHOUT ROWID;
CREATE INDEX notifications_by_user ON "notifications" (user_id, id);
CREATE TABLE letters (
    id BLOB NOT NULL PRIMARY KEY,
    email_key TEXT NOT NULL,
    address TEXT,
    wanted BOOLEAN NOT NULL,
    kind TEXT NOT NULL,
    object TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    mail TEXT NOT NULL,
    created_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX letters_by_time ON letters (created_at, id);
CREATE TABLE scopes (
    name TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    opens TEXT NOT NULL,
    tier TEXT NOT NULL CHECK (tier IN ('open', 'verified')),
    position INTEGER NOT NULL
);
CREATE TABLE images (
    digest BLOB NOT NULL PRIMARY KEY,
    content BLOB NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE clients (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    reviewed_name TEXT,
    logo_digest BLOB REFERENCES images (digest),
    reviewed_logo_digest BLOB REFERENCES images (digest),
    contact_email TEXT,
    homepage_url TEXT,
    privacy_url TEXT,
    terms_url TEXT,
    subject_type TEXT NOT NULL CHECK (subject_type IN ('public', 'pairwise')),
    id_token_alg TEXT NOT NULL CHECK (id_token_alg IN ('RS256', 'ES256')),
    billing_owner BIGINT REFERENCES users (id),
    suspended_at BIGINT,
    suspended_reason TEXT,
    deleted_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CHECK (billing_owner IS NOT NULL OR deleted_at IS NOT NULL)
) WITHOUT ROWID;
CREATE INDEX clients_by_billing_owner ON clients (billing_owner);
CREATE INDEX clients_by_logo ON clients (logo_digest) WHERE logo_digest IS NOT NULL;
CREATE INDEX clients_by_reviewed_logo ON clients (reviewed_logo_digest) WHERE reviewed_logo_digest IS NOT NULL;
CREATE TABLE domains (
    id BLOB NOT NULL PRIMARY KEY,
    client_id BLOB NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    root_domain TEXT NOT NULL,
    internal_name TEXT,
    logo_digest BLOB REFERENCES images (digest),
    fallback_uri TEXT,
    fallback_response TEXT,
    allow_login BOOLEAN NOT NULL,
    allow_api BOOLEAN NOT NULL,
    active BOOLEAN NOT NULL,
    is_primary BOOLEAN NOT NULL,
    test_mode BOOLEAN NOT NULL,
    ownership TEXT NOT NULL CHECK (ownership IN ('unproven', 'proven')),
    ownership_token TEXT NOT NULL,
    ownership_checked_at BIGINT,
    ownership_failures INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (client_id, root_domain)
) WITHOUT ROWID;
CREATE UNIQUE INDEX domains_one_primary ON domains (client_id) WHERE is_primary;
CREATE INDEX domains_by_check ON domains (ownership, ownership_failures, ownership_checked_at);
CREATE INDEX domains_by_logo ON domains (logo_digest) WHERE logo_digest IS NOT NULL;
CREATE TABLE domain_server_ips (
    domain_id BLOB NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
    network TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (domain_id, network)
) WITHOUT ROWID;
CREATE TABLE domain_urls (
    id BLOB NOT NULL PRIMARY KEY,
    domain_id BLOB NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('callback', 'webhook', 'logout')),
    url TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    sealed_secret BLOB,
    sealed_old_secret BLOB,
    old_secret_expires_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (domain_id, kind, url)
) WITHOUT ROWID;
CREATE TABLE client_secrets (
    id BLOB NOT NULL PRIMARY KEY,
    client_id BLOB NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    label TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    expires_at BIGINT,
    leaked_at BIGINT,
    last_used_at BIGINT,
    last_used_from TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (client_id, label)
) WITHOUT ROWID;
CREATE TABLE secret_links (
    secret_id BLOB NOT NULL REFERENCES client_secrets (id) ON DELETE CASCADE,
    domain_id BLOB NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (secret_id, domain_id)
) WITHOUT ROWID;
CREATE INDEX secret_links_by_domain ON secret_links (domain_id);
CREATE TABLE client_scopes (
    client_id BLOB NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    scope TEXT NOT NULL REFERENCES scopes (name),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (client_id, scope)
) WITHOUT ROWID;
CREATE TABLE role_groups (
    client_id BLOB NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (client_id, name)
) WITHOUT ROWID;
CREATE TABLE roles (
    id BLOB NOT NULL PRIMARY KEY,
    client_id BLOB NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    role_key TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    permissions TEXT NOT NULL,
    preset BOOLEAN NOT NULL,
    role_group TEXT,
    level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 100),
    active BOOLEAN NOT NULL,
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (client_id, role_key),
    FOREIGN KEY (client_id, role_group) REFERENCES role_groups (client_id, name)
) WITHOUT ROWID;
CREATE TABLE members (
    id BLOB NOT NULL PRIMARY KEY,
    client_id BLOB NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    user_id BIGINT REFERENCES users (id) ON DELETE CASCADE,
    subject BIGINT,
    email_key TEXT NOT NULL,
    role_id BLOB NOT NULL REFERENCES roles (id),
    status TEXT NOT NULL CHECK (status IN ('invited', 'active')),
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (client_id, email_key)
) WITHOUT ROWID;
CREATE UNIQUE INDEX members_one_per_user ON members (client_id, user_id);
CREATE INDEX members_by_user ON members (user_id);
CREATE INDEX members_by_role ON members (role_id);
CREATE INDEX members_by_end ON members (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX members_invited ON members (email_key) WHERE status = 'invited';
CREATE TABLE api_tokens (
    id BLOB NOT NULL PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id BLOB REFERENCES clients (id) ON DELETE CASCADE,
    label TEXT NOT NULL,
    hint TEXT NOT NULL,
    permissions TEXT NOT NULL,
    expires_at BIGINT,
    suspended_at BIGINT,
    last_used_at BIGINT,
    created_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX api_tokens_by_user ON api_tokens (user_id);
CREATE INDEX api_tokens_by_client ON api_tokens (client_id);
CREATE TABLE consents (
    id BLOB NOT NULL PRIMARY KEY,
    client_id BLOB NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    ended_at BIGINT
) WITHOUT ROWID;
CREATE UNIQUE INDEX consents_one_live ON consents (client_id, user_id) WHERE ended_at IS NULL;
CREATE INDEX consents_by_user ON consents (user_id);
CREATE TABLE consent_domains (
    consent_id BLOB NOT NULL REFERENCES consents (id) ON DELETE CASCADE,
    domain_id BLOB NOT NULL,
    test_mode BOOLEAN NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (consent_id, domain_id)
) WITHOUT ROWID;
CREATE TABLE client_users (
    client_id BLOB NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    subject BIGINT NOT NULL,
    first_login_at BIGINT NOT NULL,
    last_login_at BIGINT NOT NULL,
    logins BIGINT NOT NULL,
    PRIMARY KEY (client_id, user_id),
    UNIQUE (client_id, subject)
) WITHOUT ROWID;
CREATE INDEX client_users_by_user ON client_users (user_id);
CREATE TABLE client_user_domains (
    client_id BLOB NOT NULL,
    user_id BIGINT NOT NULL,
    domain_id BLOB NOT NULL,
    last_login_at BIGINT NOT NULL,
    PRIMARY KEY (client_id, user_id, domain_id),
    FOREIGN KEY (client_id, user_id) REFERENCES client_users (client_id, user_id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE login_stats (
    client_id BLOB NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    day BIGINT NOT NULL,
    dimension TEXT NOT NULL CHECK (dimension IN ('total', 'domain', 'scope')),
    name TEXT NOT NULL,
    logins BIGINT NOT NULL,
    users BIGINT NOT NULL,
    PRIMARY KEY (client_id, day, dimension, name)
) WITHOUT ROWID;
CREATE TABLE login_stat_users (
    client_id BLOB NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    day BIGINT NOT NULL,
    dimension TEXT NOT NULL CHECK (dimension IN ('total', 'domain', 'scope')),
    name TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    PRIMARY KEY (client_id, day, dimension, name, user_id)
) WITHOUT ROWID;
CREATE INDEX login_stat_users_by_day ON login_stat_users (day);
CREATE TABLE requests (
    id BLOB NOT NULL PRIMARY KEY,
    client_id BLOB NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('access', 'test')),
    email_key TEXT NOT NULL,
    user_id BIGINT REFERENCES users (id) ON DELETE CASCADE,
    subject BIGINT,
    domain_id BLOB REFERENCES domains (id) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    reason TEXT,
    status TEXT NOT NULL CHECK (status IN ('pending', 'accepted', 'declined', 'withdrawn')),
    delivered BOOLEAN NOT NULL,
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    decided_at BIGINT
) WITHOUT ROWID;
CREATE UNIQUE INDEX requests_one_open ON requests (client_id, email_key, kind) WHERE status = 'pending';
CREATE INDEX requests_by_person ON requests (client_id, user_id);
CREATE INDEX requests_by_user ON requests (user_id);
CREATE INDEX requests_by_client ON requests (client_id, id);
CREATE INDEX requests_waiting ON requests (email_key) WHERE status = 'pending';
CREATE TABLE client_blocks (
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id BLOB NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, client_id)
) WITHOUT ROWID;
CREATE TABLE verifications (
    id BLOB NOT NULL PRIMARY KEY,
    client_id BLOB NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'withdrawn')),
    notes TEXT,
    version INTEGER NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    reason TEXT,
    noticed_days INTEGER,
    created_at BIGINT NOT NULL,
    decided_at BIGINT,
    automatic BOOLEAN NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX verifications_one_pending ON verifications (client_id) WHERE status = 'pending';
CREATE INDEX verifications_by_client ON verifications (client_id);
CREATE INDEX verifications_by_status ON verifications (status, id);
CREATE INDEX verifications_by_end ON verifications (expires_at);
CREATE TABLE verification_items (
    verification_id BLOB NOT NULL REFERENCES verifications (id) ON DELETE CASCADE,
    domain_id BLOB NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
    scope TEXT NOT NULL REFERENCES scopes (name),
    status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'rejected')),
    reason TEXT,
    PRIMARY KEY (verification_id, domain_id, scope)
) WITHOUT ROWID;
CREATE INDEX verification_items_by_domain ON verification_items (domain_id);
CREATE TABLE flows (
    id BLOB NOT NULL PRIMARY KEY,
    browser_key BLOB,
    network_key BLOB,
    kind TEXT NOT NULL CHECK (kind IN ('authorize', 'native', 'logout')),
    sign_token_key BLOB UNIQUE,
    client_id BLOB,
    domain_id BLOB,
    request TEXT NOT NULL,
    decision TEXT CHECK (decision IN ('allowed', 'denied')),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX flows_by_expiry ON flows (expires_at);
CREATE INDEX flows_by_browser ON flows (browser_key, expires_at) WHERE browser_key IS NOT NULL;
CREATE INDEX flows_by_network ON flows (network_key, expires_at) WHERE network_key IS NOT NULL;
CREATE INDEX flows_by_client ON flows (client_id, expires_at) WHERE sign_token_key IS NOT NULL;
CREATE TABLE grants (
    id BLOB NOT NULL PRIMARY KEY,
    client_id BLOB NOT NULL,
    domain_id BLOB NOT NULL,
    user_id BIGINT NOT NULL,
    consent_id BLOB NOT NULL,
    subject BIGINT NOT NULL,
    session_id BLOB NOT NULL,
    scope TEXT NOT NULL,
    authenticated_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
) WITHOUT ROWID;
CREATE INDEX grants_by_user ON grants (user_id, client_id);
CREATE INDEX grants_by_expiry ON grants (expires_at);
CREATE TABLE codes (
    code_key BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('authorization', 'callback')),
    grant_id BLOB NOT NULL,
    client_id BLOB NOT NULL,
    domain_id BLOB NOT NULL,
    redirect_uri TEXT NOT NULL,
    code_challenge TEXT,
    nonce TEXT,
    wrong_tries INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
) WITHOUT ROWID;
CREATE TABLE refresh_tokens (
    token_key BLOB NOT NULL PRIMARY KEY,
    grant_id BLOB NOT NULL,
    parent_key BLOB,
    request_digest BLOB,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
) WITHOUT ROWID;
CREATE TABLE revoked_tokens (
    jti TEXT NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX revoked_tokens_by_expiry ON revoked_tokens (expires_at);
CREATE TABLE signing_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    alg TEXT NOT NULL CHECK (alg IN ('ES256', 'RS256')),
    state TEXT NOT NULL CHECK (state IN ('next', 'current', 'retired')),
    public_jwk TEXT NOT NULL,
    sealed_private_key BLOB NOT NULL,
    published_at BIGINT NOT NULL,
    signs_from BIGINT,
    retired_at BIGINT
);
CREATE UNIQUE INDEX signing_keys_one_current ON signing_keys (alg) WHERE state = 'current';
CREATE UNIQUE INDEX signing_keys_one_next ON signing_keys (alg) WHERE state = 'next';
CREATE TABLE attempts (
    id BLOB NOT NULL PRIMARY KEY,
    client_id BLOB NOT NULL,
    domain_id BLOB,
    reason TEXT NOT NULL,
    reference TEXT NOT NULL,
    at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX attempts_by_client ON attempts (client_id, id);
CREATE INDEX attempts_by_time ON attempts (at);
CREATE TABLE audit_entries (
    id BLOB NOT NULL PRIMARY KEY,
    client_id BLOB,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    address TEXT NOT NULL,
    before TEXT,
    after TEXT,
    at BIGINT NOT NULL,
    digest BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX audit_entries_by_client ON audit_entries (client_id, id);
CREATE TABLE audit_seals (
    number BIGINT NOT NULL PRIMARY KEY,
    seal BLOB NOT NULL,
    at BIGINT NOT NULL
);
CREATE TABLE audit_unsealed (
    entry_id BLOB NOT NULL PRIMARY KEY
) WITHOUT ROWID;
CREATE TABLE audit_seal_entries (
    entry_id BLOB NOT NULL PRIMARY KEY REFERENCES audit_entries (id),
    seal_number BIGINT NOT NULL REFERENCES audit_seals (number)
) WITHOUT ROWID;
CREATE INDEX audit_seal_entries_by_seal ON audit_seal_entries (seal_number);
CREATE TABLE outbox (
    id BLOB NOT NULL PRIMARY KEY,
    client_id BLOB NOT NULL,
    domain_id BLOB,
    event TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expanded_at BIGINT
) WITHOUT ROWID;
CREATE INDEX outbox_waiting ON outbox (created_at) WHERE expanded_at IS NULL;
CREATE TABLE deliveries (
    id BLOB NOT NULL PRIMARY KEY,
    outbox_id BLOB NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
    url_id BLOB NOT NULL REFERENCES domain_urls (id) ON DELETE CASCADE,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'delivered', 'parked')),
    next_try_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX deliveries_due ON deliveries (next_try_at) WHERE status = 'waiting';
CREATE INDEX deliveries_by_url ON deliveries (url_id);
CREATE INDEX deliveries_by_event ON deliveries (outbox_id);
CREATE TABLE delivery_tries (
    delivery_id BLOB NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    at BIGINT NOT NULL,
    status INTEGER,
    milliseconds BIGINT NOT NULL,
    PRIMARY KEY (delivery_id, number)
) WITHOUT ROWID;
CREATE TABLE job_positions (
    job TEXT NOT NULL PRIMARY KEY,
    position BLOB NOT NULL
);
CREATE TABLE idempotency_keys (
    key_digest BLOB NOT NULL PRIMARY KEY,
    body_digest BLOB NOT NULL,
    status INTEGER,
    answer TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);
INSERT INTO __diesel_schema_migrations VALUES
('20261124000000', '2026-11-30 03:07:59'),
('20261124000001', '2026-11-30 03:07:59');
INSERT INTO users VALUES
(7409888465699851, 'charles@example.test', 'charles@example.test', 1, NULL, '$argon2id$v=19$m=8,t=1,p=1$Yc1VznKc86uiSEAwwINGbQ$wCus1EvfpKyle/oFlc2jgsTBUbmqfMyIbTTroDVT26s', 'Charles', 'Babbage', ' charles babbage', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 'paid', NULL, NULL, NULL, 1772366400000, 1772366400000),
(4874134177489169, 'ada@example.test', 'ada@example.test', 1, NULL, '$argon2id$v=19$m=8,t=1,p=1$7ocXkQAQZNHbWY60Lkbwdw$yOYRDGYojsqXOcI0MFGWdvoixlra33dWD1D6BijFqJM', 'Ada', 'Lovelace', ' ada lovelace', NULL, NULL, NULL, '1815-12-10', 'countess', NULL, NULL, 0, 'free', NULL, NULL, NULL, 1772366400000, 1772366460000),
(8151755971574537, 'unverified@example.test', 'unverified@example.test', 0, NULL, '$argon2id$v=19$m=8,t=1,p=1$shQffrfO3GdlfYkZh7E4hA$DrrZK0/tvbQYV/JStokFwYrpqxFRBHEIQZoTVWdhyRA', NULL, NULL, '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 'free', NULL, NULL, NULL, 1772366400000, 1772366400000),
(683271653550481, 'dorothy@example.test', 'dorothy@example.test', 1, NULL, '$argon2id$v=19$m=8,t=1,p=1$vF53b1W9QkoRyfl4GQBcug$EpCo4sDVeCMVbpEx1JM1GzbgFKQFGPg/O1Ovs4CB8kw', 'dorothy', NULL, ' dorothy', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 'free', NULL, NULL, NULL, 1772366400000, 1772366400000),
(8835005543694274, 'edith@example.test', 'edith@example.test', 1, NULL, '$argon2id$v=19$m=8,t=1,p=1$XtPZXwcRfL4XxDkQYpQ+xA$UK8d6rXobElkJv1OkAxwtt80yBNvkxxAtyYo9/EL83c', 'edith', NULL, ' edith', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 'free', NULL, NULL, NULL, 1772366400000, 1772366400000),
(4575812139230149, 'staff@example.test', 'staff@example.test', 1, NULL, '$argon2id$v=19$m=8,t=1,p=1$SWUWjKGc1IYWxLEU3xBf5w$O1/WnBFJ+jRUsWGxIrTGikgq3VVTImqKGvm/BnncEO0', NULL, NULL, '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 'free', NULL, 'admin', NULL, 1772366460000, 1772366460000);
INSERT INTO user_socials VALUES
(4874134177489169, 'mastodon', 'ada', 'https://social.example/@ada');
INSERT INTO user_providers VALUES
('elsewhere', '17', 4874134177489169, 1772366400000);
INSERT INTO addresses VALUES
(1, 4874134177489169, 'standard', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'London', 'GB', 1772366400000, 1772366400000);
INSERT INTO sessions VALUES
(X'019CA9450A005BEB4C7E5F0A90E3657D4039AC8336F243AE724AF2C4CB84B3D0103216883648', X'019CA9450A007000803ADD20441BC6A0', 7409888465699851, 1772366400000, 1772366400000, 1773576000000, '', '127.0.0.1'),
(X'019CA9450A00802A5D725E168E53AEB4BB49F1F440F499B2DF6BAB13310769A0755EA231AFC8', X'019CA9450A007000803CA9C35DB073ED', 4874134177489169, 1772366400000, 1772366400000, 1773576000000, '', '127.0.0.1'),
(X'019CA945F460154274599CB3955B816EF0006E6CBD53072AA989EEB49A70911512DD53AE5E58', X'019CA945F4607000807354335C17227F', 7409888465699851, 1772366460000, 1772366460000, 1773576060000, '', '127.0.0.1'),
(X'019CA945F4602483DB5E122C63813691CC84E366D20DF0F37FB6ABF32A90A0839385A52C53CF', X'019CA945F4607000808025690617E87B', 4874134177489169, 1772366460000, 1772366460000, 1773576060000, '', '127.0.0.1'),
(X'019CA945F4606D6BB537809D43738C0BF4EDAE65B950F272490B88C90FE0BCD925E7B3A399BD', X'019CA945F460700080637E18BCE80952', 4874134177489169, 1772366460000, 1772366460000, 1773576060000, '', '127.0.0.1'),
(X'019CA945F4607339FAEDB9A9746A44CD2D6CBCC249AD51E1DB9C951B3AB7CC8AF2296E994FFE', X'019CA945F4607000806D13A0C58ACDA4', 4575812139230149, 1772366460000, 1772366460000, 1773576060000, '', '127.0.0.1'),
(X'019CA945F460B4F555E55A98AA3866670A683252EB1104986B2A81BA7E21B3D6F6C54793C3B1', X'019CA945F46070008051EE3ADCED56C7', 683271653550481, 1772366460000, 1772366460000, 1773576060000, '', '127.0.0.1'),
(X'019CA945F460CC2421F3FD3CB8B375D08777104B0023DCA6E199E26DBF0E58D89D2F56B482DC', X'019CA945F460700080830680413C8FB0', 4874134177489169, 1772366460000, 1772366460000, 1773576060000, '', '127.0.0.1');
INSERT INTO known_devices VALUES
(X'019CA9450A0083B7B09E7D2CE8FCB27BC3AABD2F58CB51B6D0D154B960D327FDBD845AF20118', 7409888465699851, 1772366400000),
(X'019CA9450A00B01465015C39E0EA738D980C40C1403D3B4174C947C9AF9F478BFA58988978A1', 4874134177489169, 1772366400000),
(X'019CA945F4600B373937C35E96148B2E75AD7BB25CB5B5F65956AC439BE0927D8FCB246D37BB', 7409888465699851, 1772366460000),
(X'019CA945F460118CC32C16AB8F252464403B4F5394A4B4D5A8A7FEAF1B35E0DFF237E1A005CB', 4874134177489169, 1772366460000),
(X'019CA945F46062DC2CC06667C6A604248689CD8293E94A5ECE72C9ADD8533DCE35D647C8CACA', 683271653550481, 1772366460000),
(X'019CA945F46093650CC593D515EADF0DBE20152A200E548E3963D0C0C6A2D67681BC12806C87', 4575812139230149, 1772366460000),
(X'019CA945F460D6871CA332E919110E2C358B6024C1C0133FE25A0DCBA016EF36241BCB0A6653', 4874134177489169, 1772366460000),
(X'019CA945F460E0537DFDFB7AF8097CF9C241FB50B1EC687FFFDA3F98CF9F884992628604C03F', 4874134177489169, 1772366460000);
INSERT INTO email_tokens VALUES
(X'019CA945F460C92BD9A0BA0CB66FFB433106872D1835580510AD1E32E2E3353CDA6B8EDF3E17', 'reset_password', 7409888465699851, 'charles@example.test', 1772366460000, 1772370060000, NULL);
INSERT INTO throttles VALUES
(X'0D7CB93394DD6DA021D12205D9D8903354D1E36A20484C3684DA9A0B4178ED52', 1, 1772366460000, 1772366460000, 1772366520000),
(X'0FB20AD29716E392DFFABFFAFEA638305B9CE3A1B0F60DD1EEED3C0E399D9ECB', 1, 1772366460000, 1772366460000, 1772370060000),
(X'19ACE7A5B17E213C0078455A0E7DCAD546CE352D4B7E6DFEBCB41AA05A38497A', 1, 1772366400000, 1772366460000, 1772367300000),
(X'2B87C3D9A43CFA533E9E40018D8E39DAF42919EEF2E090DC49D9D09455C6DAA9', 3, 1772366460000, 1772366460000, 1772370060000),
(X'2CE219013394BD92D85B1513C424E85E45B675B6E77284546776445A24ACBDE9', 1, 1772366460000, 1772366460000, 1772370060000),
(X'3E59116CD1D602DAEC9BEC1CDC5EDB80D17119B6E4B81D0E29E4E79DC329FEA3', 1, 1772366460000, 1772366460000, 1772370060000),
(X'4278B4DB365793E1286BDDC2B0D4CF402D6649B77C70BC759E0CE62DEA334693', 0, 1772366460000, 1772366460000, 1772367360000),
(X'61ADF5636233029E059915A9DADDB7B80D5485F73B77740E2C4DF393EFC6CB81', 1, 1772366460000, 1772366460000, 1772370060000),
(X'625F1EFB5AA2979DB211B40517CC07928521DFEAB5262D2E99D8C2177A8B9D94', 1, 1772366400000, 1772366460000, 1772367300000),
(X'717A0641B28E159AA0A27A487237B80A6FAE2B8C63A6AF57BD5CCBDC3A53DDBC', 6, 1772366460000, 1772366460000, 1772370060000),
(X'791F68A6DD17CBDA4926248927F0AE2F41BF6CC42E3753257429243696527E8D', 0, 1772366400000, 1772366460000, 1772367300000),
(X'834A4A417F279AD2042FC4F89BDA6607F79AF939E11E8D84664A7DD6392E98C7', 6, 1772366460000, 1772366460000, 1772370060000),
(X'93B4794462D2DFE16F4961C96A22ABFDC554DD9111D3984F6D79BF87B950816A', 1, 1772366460000, 1772366460000, 1772370060000),
(X'A7AD4BFDD35311C35566BB87F4D683348C198FE10992B508F99EBC11827B9153', 1, 1772366460000, 1772366460000, 1772370060000),
(X'B24E049C66DD0460EECA9793323D434782F2B4906EEB2A018EE14B07F8AF4E29', 0, 1772366460000, 1772366460000, 1772367360000);
INSERT INTO notifications VALUES
(X'019CA945F460700080494CBE04F83957', 7409888465699851, 'domain.test_mode', 'domain_01kjmmbx30e0080hnecpyyze2y', 'third-engines.example is in test mode now: it accepts http and loopback URLs and calls from any address, and only members and testers can log in there. Switch it off before you go live.', 1772366460000, NULL),
(X'019CA945F4607000805055F6E21CBB0B', 683271653550481, 'member.invited', 'member_01kjmmbx30e0080ke5jbtdw8e8', '"Analytical Engines" invites you to manage it on XWMS as Admin. Nothing changes unless you accept, signed in with this address:

http://127.0.0.1:8080/account/notifications', 1772366460000, NULL),
(X'019CA945F460700080562A873FA519D3', 8835005543694274, 'member.invited', 'member_01kjmmbx30e0080msmj5rhp455', '"Analytical Engines" invites you to manage it on XWMS as Night shift. Nothing changes unless you accept, signed in with this address:

http://127.0.0.1:8080/account/notifications', 1772366460000, NULL),
(X'019CA945F4607000805A97154C5BC927', 4874134177489169, 'request.created', 'request_01kjmmbx30e0080nwe2897kzpw', '"Analytical Engines" asks you to share more with it: Personal details. See why, and say yes or no:

http://127.0.0.1:8080/account/requests', 1772366460000, NULL),
(X'019CA945F460700080617042FE853078', 4874134177489169, 'request.created', 'request_01kjmmbx30e0080px4xf0bsthr', '"Analytical Engines" asks you to test its site before others can log in there. See why, and say yes or no:

http://127.0.0.1:8080/account/requests', 1772366460000, NULL),
(X'019CA945F460700080623BA34164CFD8', 4874134177489169, 'request.created', 'request_01kjmmbx30e0080qqkjgfgaarn', '"Notes" asks you to test its site before others can log in there. See why, and say yes or no:

http://127.0.0.1:8080/account/requests', 1772366460000, NULL),
(X'019CA945F4607000806F5C91A6AA4EC5', 7409888465699851, 'verification.decided', 'verification_01kjmmbx30e0080ty7j4s063yf', 'Your application as a Verified Partner is decided.
userinfo on engines.example is approved: As described.
What is approved holds until 2027-03-01T12:01:00Z.', 1772366460000, NULL);
INSERT INTO letters VALUES
(X'019CA945F46070008077E5C2FED3B075', 'edith@example.test', 'edith@example.test', 1, 'request.created', 'request_01kjmmbx30e0080xqs0960bpzd', 'A site asks you for something', '"Analytical Engines" asks you to test its site before others can log in there. See why, and say yes or no:

http://127.0.0.1:8080/account/requests', '"Analytical Engines" asks you to test its site before others can log in there. See why, and say yes or no:

http://127.0.0.1:8080/account/requests', 1772366460000);
INSERT INTO scopes VALUES
('openid', 'Sign-in', 'Know who you are at this site: a stable number, no name.', 'sub', 'open', 1),
('profile', 'Name and picture', 'See your name, picture, language and time zone.', 'name given_name family_name picture locale zoneinfo updated_at', 'open', 2),
('email', 'Email address', 'See your email address and whether it is verified.', 'email email_verified', 'open', 3),
('offline_access', 'Stay connected', 'Stay connected while you are away, until you end it.', 'refresh tokens', 'open', 4),
('providers', 'Sign-in providers', 'See which sign-in providers you have linked.', 'providers', 'open', 5),
('userinfo', 'Personal details', 'See your birth date, gender, second email, country and social profiles.', 'birth_date gender second_email country socials', 'verified', 6),
('useraddresses', 'Your addresses', 'View, add, change and delete your addresses.', 'addresses', 'verified', 7),
('address', 'Postal address', 'See your postal address.', 'address', 'verified', 8),
('phone', 'Phone number', 'See your phone number and whether it is verified.', 'phone_number phone_number_verified', 'verified', 9);
INSERT INTO images VALUES
(X'FC4F2FE676ADA10B5E99AA5816F6FFE72908CE5181F2B1DA501149B866960010', X'89504E470D0A1A0A0000000D4948445200000020000000180802000000143168630000002849444154789CEDCD41110030080020B733A0118D6A09FD4101F255C7A51FC704028140201008760C8C3E012460120A590000000049454E44AE426082', 1772366460000);
INSERT INTO clients VALUES
(X'019347B4502E7AD389FAE9E7F7C1748A', 'Analytical Engines', NULL, X'FC4F2FE676ADA10B5E99AA5816F6FFE72908CE5181F2B1DA501149B866960010', X'FC4F2FE676ADA10B5E99AA5816F6FFE72908CE5181F2B1DA501149B866960010', 'hello@engines.example', 'https://engines.example/', 'https://engines.example/privacy', NULL, 'public', 'RS256', 7409888465699851, NULL, NULL, NULL, 1772366400000, 1772366460001),
(X'019347B4502E7AD389FAE9E7F7C1748B', 'Notes', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'public', 'RS256', 7409888465699851, NULL, NULL, NULL, 1772366400000, 1772366400000);
INSERT INTO domains VALUES
(X'019CA9450A007000800DD47DF1B353E5', X'019347B4502E7AD389FAE9E7F7C1748A', 'engines.example', NULL, NULL, NULL, NULL, 1, 1, 1, 1, 0, 'proven', 'tyBpiF1I5LcNHQaQqn0mHuBt6nDF-8tbvRrC4PDte4o', NULL, 0, 1772366400000, 1772366400000),
(X'019CA9450A00700080104C9877472D81', X'019347B4502E7AD389FAE9E7F7C1748A', 'more-engines.example', NULL, NULL, NULL, NULL, 1, 1, 1, 0, 0, 'proven', 't3RgyvrffmQ39k-FsbrKZ8SMXGt8fCC8TtkewfJXDvc', NULL, 0, 1772366400000, 1772366400000),
(X'019CA9450A0070008018D78892779147', X'019347B4502E7AD389FAE9E7F7C1748B', 'notes.example', NULL, NULL, NULL, NULL, 1, 1, 1, 1, 0, 'unproven', 'pcOJfPDPi0RSVIYErAqpU-dUW8uZQ2Y2KlBtGaa7Fc4', NULL, 0, 1772366400000, 1772366400000),
(X'019CA945F46070008046AE65BDEFB85E', X'019347B4502E7AD389FAE9E7F7C1748A', 'third-engines.example', 'Third', NULL, 'https://third-engines.example/sorry', 'Call us.', 1, 0, 1, 0, 1, 'unproven', 'dtEOWryNaXEXiP5PpIQ-bBx9G7F3-twdl5rcU3HTyNI', NULL, 0, 1772366460000, 1772366460001),
(X'019CA945F4607000807D431C8E5B8E0A', X'019347B4502E7AD389FAE9E7F7C1748A', 'fourth-engines.example', NULL, NULL, NULL, NULL, 1, 0, 1, 0, 0, 'unproven', '5EJyvPMHoYxx3Zil-A3ELr5cZ6_js85Pn_kEEMN4MlQ', NULL, 0, 1772366460000, 1772366460000);
INSERT INTO domain_server_ips VALUES
(X'019CA945F46070008046AE65BDEFB85E', '192.0.2.0/24', 0),
(X'019CA945F46070008046AE65BDEFB85E', '2001:db8::7', 1);
INSERT INTO domain_urls VALUES
(X'019CA9450A007000800E693DB0BD003A', X'019CA9450A007000800DD47DF1B353E5', 'callback', 'https://app.engines.example/cb', 1, NULL, NULL, NULL, 1772366400000, 1772366400000),
(X'019CA9450A007000800F83BC2D6A4925', X'019CA9450A007000800DD47DF1B353E5', 'logout', 'https://app.engines.example/', 1, NULL, NULL, NULL, 1772366400000, 1772366400000),
(X'019CA9450A0070008011DA765845ACD6', X'019CA9450A00700080104C9877472D81', 'callback', 'https://app.more-engines.example/cb', 1, NULL, NULL, NULL, 1772366400000, 1772366400000),
(X'019CA9450A0070008019556C4005746D', X'019CA9450A0070008018D78892779147', 'callback', 'https://shop.notes.example/cb', 1, NULL, NULL, NULL, 1772366400000, 1772366400000),
(X'019CA945F46070008043FB9CC6158B97', X'019CA9450A007000800DD47DF1B353E5', 'webhook', 'https://app.engines.example/hook', 1, X'014C16285BEC036E9A0D6DD1B147F5961E73176E6CE39DFFDFF03AB9559924555884B5D7B7114424AA6CDFFBC8FD3ABB956F3FC24BAD407299EBCB0724', NULL, NULL, 1772366460000, 1772366460000);
INSERT INTO client_secrets VALUES
(X'019CA9450A007000800BB14F0241A73D', X'019347B4502E7AD389FAE9E7F7C1748A', 'Standard Key', X'8410BBC18955C1BFD01794124B5FA16260852E61C727D4BCAAF64126F09F6ED9', 'eSzt', 1, NULL, NULL, 1772366400000, '127.0.0.1', 1772366400000, 1772366400000),
(X'019CA9450A007000800C99D5819AD66B', X'019347B4502E7AD389FAE9E7F7C1748A', 'Second Key', X'BEF4413D0000BEC8959A27B4823F5EDC2F15123BB9FB75A191BD25D0A2A3AD36', 'O5AP', 1, NULL, NULL, NULL, NULL, 1772366400000, 1772366400000),
(X'019CA9450A0070008017BC505190BFF3', X'019347B4502E7AD389FAE9E7F7C1748B', 'Standard Key', X'8C3761EB32338263BCA9D64DBDC4E36D028870DABB439D7AD9725AEF87F16626', 'OCxQ', 1, NULL, NULL, NULL, NULL, 1772366400000, 1772366400000);
INSERT INTO secret_links VALUES
(X'019CA9450A007000800BB14F0241A73D', X'019CA9450A007000800DD47DF1B353E5', 1772366400000),
(X'019CA9450A007000800C99D5819AD66B', X'019CA9450A00700080104C9877472D81', 1772366400000),
(X'019CA9450A0070008017BC505190BFF3', X'019CA9450A0070008018D78892779147', 1772366400000);
INSERT INTO client_scopes VALUES
(X'019347B4502E7AD389FAE9E7F7C1748A', 'email', 1772366400000),
(X'019347B4502E7AD389FAE9E7F7C1748A', 'offline_access', 1772366400000),
(X'019347B4502E7AD389FAE9E7F7C1748A', 'openid', 1772366400000),
(X'019347B4502E7AD389FAE9E7F7C1748A', 'profile', 1772366400000),
(X'019347B4502E7AD389FAE9E7F7C1748A', 'userinfo', 1772366400000),
(X'019347B4502E7AD389FAE9E7F7C1748B', 'openid', 1772366400000),
(X'019347B4502E7AD389FAE9E7F7C1748B', 'profile', 1772366400000);
INSERT INTO role_groups VALUES
(X'019347B4502E7AD389FAE9E7F7C1748A', 'Operations', 0);
INSERT INTO roles VALUES
(X'019CA9450A0070008006FA7A57866B6E', X'019347B4502E7AD389FAE9E7F7C1748A', 'owner', 'Owner', NULL, 'attempts:read audit:read client:delete client:read client:update domains:create domains:delete domains:read domains:test domains:update links:create links:delete links:read members:create members:delete members:read members:update requests:create requests:delete requests:read roles:create roles:delete roles:read roles:update scopes:create scopes:delete scopes:read secrets:create secrets:delete secrets:read secrets:update stats:read tokens:create tokens:delete tokens:read urls:create urls:delete urls:read urls:update users:delete users:read verifications:create verifications:delete verifications:read webhooks:create webhooks:read', 1, NULL, 100, 1, NULL, 1772366400000, 1772366400000),
(X'019CA9450A00700080074A9222E91D3A', X'019347B4502E7AD389FAE9E7F7C1748A', 'admin', 'Admin', NULL, 'attempts:read audit:read client:read client:update domains:create domains:delete domains:read domains:test domains:update links:create links:delete links:read members:create members:delete members:read members:update requests:create requests:delete requests:read roles:create roles:delete roles:read roles:update scopes:create scopes:delete scopes:read secrets:create secrets:delete secrets:read secrets:update stats:read tokens:create tokens:delete tokens:read urls:create urls:delete urls:read urls:update users:delete users:read verifications:create verifications:delete verifications:read webhooks:create webhooks:read', 1, NULL, 80, 1, NULL, 1772366400000, 1772366400000),
(X'019CA9450A0070008008C46F52812D7D', X'019347B4502E7AD389FAE9E7F7C1748A', 'developer', 'Developer', NULL, 'attempts:read audit:read client:read domains:create domains:delete domains:read domains:test domains:update links:create links:delete links:read members:read requests:read roles:read scopes:create scopes:delete scopes:read secrets:create secrets:delete secrets:read secrets:update stats:read tokens:read urls:create urls:delete urls:read urls:update users:read verifications:read webhooks:create webhooks:read', 1, NULL, 50, 1, NULL, 1772366400000, 1772366400000),
(X'019CA9450A0070008009D4BDD1119E0F', X'019347B4502E7AD389FAE9E7F7C1748A', 'viewer', 'Viewer', NULL, 'attempts:read audit:read client:read domains:read links:read members:read requests:read roles:read scopes:read secrets:read stats:read tokens:read urls:read users:read verifications:read webhooks:read', 1, NULL, 10, 1, NULL, 1772366400000, 1772366400000),
(X'019CA9450A007000801263FD1672C17D', X'019347B4502E7AD389FAE9E7F7C1748B', 'owner', 'Owner', NULL, 'attempts:read audit:read client:delete client:read client:update domains:create domains:delete domains:read domains:test domains:update links:create links:delete links:read members:create members:delete members:read members:update requests:create requests:delete requests:read roles:create roles:delete roles:read roles:update scopes:create scopes:delete scopes:read secrets:create secrets:delete secrets:read secrets:update stats:read tokens:create tokens:delete tokens:read urls:create urls:delete urls:read urls:update users:delete users:read verifications:create verifications:delete verifications:read webhooks:create webhooks:read', 1, NULL, 100, 1, NULL, 1772366400000, 1772366400000),
(X'019CA9450A0070008013188C23972A5B', X'019347B4502E7AD389FAE9E7F7C1748B', 'admin', 'Admin', NULL, 'attempts:read audit:read client:read client:update domains:create domains:delete domains:read domains:test domains:update links:create links:delete links:read members:create members:delete members:read members:update requests:create requests:delete requests:read roles:create roles:delete roles:read roles:update scopes:create scopes:delete scopes:read secrets:create secrets:delete secrets:read secrets:update stats:read tokens:create tokens:delete tokens:read urls:create urls:delete urls:read urls:update users:delete users:read verifications:create verifications:delete verifications:read webhooks:create webhooks:read', 1, NULL, 80, 1, NULL, 1772366400000, 1772366400000),
(X'019CA9450A0070008014AAB0C979C278', X'019347B4502E7AD389FAE9E7F7C1748B', 'developer', 'Developer', NULL, 'attempts:read audit:read client:read domains:create domains:delete domains:read domains:test domains:update links:create links:delete links:read members:read requests:read roles:read scopes:create scopes:delete scopes:read secrets:create secrets:delete secrets:read secrets:update stats:read tokens:read urls:create urls:delete urls:read urls:update users:read verifications:read webhooks:create webhooks:read', 1, NULL, 50, 1, NULL, 1772366400000, 1772366400000),
(X'019CA9450A00700080150F44FC55B1D6', X'019347B4502E7AD389FAE9E7F7C1748B', 'viewer', 'Viewer', NULL, 'attempts:read audit:read client:read domains:read links:read members:read requests:read roles:read scopes:read secrets:read stats:read tokens:read urls:read users:read verifications:read webhooks:read', 1, NULL, 10, 1, NULL, 1772366400000, 1772366400000),
(X'019CA945F4607000804BD0056CFB4353', X'019347B4502E7AD389FAE9E7F7C1748A', 'night-shift', 'Night shift', 'Looks after secrets', 'domains:read secrets:read', 0, 'Operations', 20, 1, NULL, 1772366460000, 1772366460000);
INSERT INTO members VALUES
(X'019CA9450A007000800AA7534016492F', X'019347B4502E7AD389FAE9E7F7C1748A', 7409888465699851, NULL, 'charles@example.test', X'019CA9450A0070008006FA7A57866B6E', 'active', NULL, 1772366400000, 1772366400000),
(X'019CA9450A0070008016CEE739B8C9CC', X'019347B4502E7AD389FAE9E7F7C1748B', 7409888465699851, NULL, 'charles@example.test', X'019CA9450A007000801263FD1672C17D', 'active', NULL, 1772366400000, 1772366400000),
(X'019CA945F4607000804DC592F4DE21C8', X'019347B4502E7AD389FAE9E7F7C1748A', 683271653550481, NULL, 'dorothy@example.test', X'019CA9450A00700080074A9222E91D3A', 'active', NULL, 1772366460000, 1772366460001),
(X'019CA945F460700080533491711B10A5', X'019347B4502E7AD389FAE9E7F7C1748A', NULL, NULL, 'edith@example.test', X'019CA945F4607000804BD0056CFB4353', 'invited', NULL, 1772366460000, 1772366460000);
INSERT INTO api_tokens VALUES
(X'019CA945F4607000807A8FD011345C55', X'B67C42DE083F7D4F2031D95F9AD2A3A8AC6B07576AE1DDCF357EAFFBADD12F30', 7409888465699851, X'019347B4502E7AD389FAE9E7F7C1748A', 'Deployment', 'piqi', 'attempts:read audit:read client:read domains:read links:read members:read requests:read roles:read scopes:read secrets:read stats:read tokens:read urls:read users:read verifications:read', NULL, NULL, NULL, 1772366460000);
INSERT INTO consents VALUES
(X'019CA9450A007000803D25FD90B77FFA', X'019347B4502E7AD389FAE9E7F7C1748A', 4874134177489169, 'email offline_access openid profile', 1772366400000, 1772366400000, NULL),
(X'019CA945F46070008074F491A25E5F42', X'019347B4502E7AD389FAE9E7F7C1748A', 7409888465699851, 'email offline_access openid profile', 1772366460000, 1772366460000, NULL);
INSERT INTO consent_domains VALUES
(X'019CA9450A007000803D25FD90B77FFA', X'019CA9450A007000800DD47DF1B353E5', 0, 1772366400000),
(X'019CA945F46070008074F491A25E5F42', X'019CA9450A007000800DD47DF1B353E5', 0, 1772366460000);
INSERT INTO client_users VALUES
(X'019347B4502E7AD389FAE9E7F7C1748A', 4874134177489169, 4874134177489169, 1772366400000, 1772366460000, 3),
(X'019347B4502E7AD389FAE9E7F7C1748A', 7409888465699851, 7409888465699851, 1772366460000, 1772366460000, 1);
INSERT INTO client_user_domains VALUES
(X'019347B4502E7AD389FAE9E7F7C1748A', 4874134177489169, X'019CA9450A007000800DD47DF1B353E5', 1772366460000),
(X'019347B4502E7AD389FAE9E7F7C1748A', 7409888465699851, X'019CA9450A007000800DD47DF1B353E5', 1772366460000);
INSERT INTO login_stats VALUES
(X'019347B4502E7AD389FAE9E7F7C1748A', 20513, 'domain', 'domain_01kjmma2g0e00803emfqrv6mz5', 1, 1),
(X'019347B4502E7AD389FAE9E7F7C1748A', 20513, 'scope', 'email', 1, 1),
(X'019347B4502E7AD389FAE9E7F7C1748A', 20513, 'scope', 'offline_access', 1, 1),
(X'019347B4502E7AD389FAE9E7F7C1748A', 20513, 'scope', 'openid', 1, 1),
(X'019347B4502E7AD389FAE9E7F7C1748A', 20513, 'scope', 'profile', 1, 1),
(X'019347B4502E7AD389FAE9E7F7C1748A', 20513, 'total', '', 1, 1);
INSERT INTO login_stat_users VALUES
(X'019347B4502E7AD389FAE9E7F7C1748A', 20513, 'domain', 'domain_01kjmma2g0e00803emfqrv6mz5', 4874134177489169),
(X'019347B4502E7AD389FAE9E7F7C1748A', 20513, 'scope', 'email', 4874134177489169),
(X'019347B4502E7AD389FAE9E7F7C1748A', 20513, 'scope', 'offline_access', 4874134177489169),
(X'019347B4502E7AD389FAE9E7F7C1748A', 20513, 'scope', 'openid', 4874134177489169),
(X'019347B4502E7AD389FAE9E7F7C1748A', 20513, 'scope', 'profile', 4874134177489169),
(X'019347B4502E7AD389FAE9E7F7C1748A', 20513, 'total', '', 4874134177489169);
INSERT INTO requests VALUES
(X'019CA945F460700080578E121279FEDC', X'019347B4502E7AD389FAE9E7F7C1748A', 'access', 'ada@example.test', 4874134177489169, NULL, NULL, 'userinfo', 'To greet you.', 'accepted', 1, NULL, 1772366460000, 1772366460000),
(X'019CA945F4607000805BA4EBC0BCEA38', X'019347B4502E7AD389FAE9E7F7C1748A', 'test', 'ada@example.test', NULL, NULL, NULL, '', NULL, 'pending', 1, NULL, 1772366460000, NULL),
(X'019CA945F4607000805EF3941F052B15', X'019347B4502E7AD389FAE9E7F7C1748B', 'test', 'ada@example.test', 4874134177489169, NULL, NULL, '', NULL, 'declined', 1, NULL, 1772366460000, 1772366460000),
(X'019CA945F46070008076F9024C05DBED', X'019347B4502E7AD389FAE9E7F7C1748A', 'test', 'edith@example.test', NULL, NULL, NULL, '', NULL, 'pending', 1, NULL, 1772366460000, NULL);
INSERT INTO client_blocks VALUES
(4874134177489169, X'019347B4502E7AD389FAE9E7F7C1748B', 1772366460000);
INSERT INTO verifications VALUES
(X'019CA945F4607000806BC79132030FCF', X'019347B4502E7AD389FAE9E7F7C1748A', 'approved', 'Birthdays.', 2, 1803902460000, NULL, NULL, NULL, 1772366460000, 1772366460000, 0);
INSERT INTO verification_items VALUES
(X'019CA945F4607000806BC79132030FCF', X'019CA9450A007000800DD47DF1B353E5', 'userinfo', 'approved', 'As described.');
INSERT INTO flows VALUES
(X'019CA945F4607000803F97FD13B16999', X'019CA945F460ED8A36782EB2BA3771B2E3D2196E7AD4163478B4B2AB857C437EA3DA98F915BA', X'06066129F4CF457B3D80B92189D91451', 'authorize', NULL, X'019347B4502E7AD389FAE9E7F7C1748A', X'019CA9450A007000800DD47DF1B353E5', '{"redirect_uri":"https://app.engines.example/cb","state":"st&te","scope":"email offline_access openid profile","nonce":"n-0S6_WzA2Mj","code_challenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM","login_hint":null,"ask_consent":false,"ask_account":false,"stale_session":null}', NULL, 1772366460000, 1772368260000);
INSERT INTO grants VALUES
(X'019CA9450A007000803E7C053A7B456D', X'019347B4502E7AD389FAE9E7F7C1748A', X'019CA9450A007000800DD47DF1B353E5', 4874134177489169, X'019CA9450A007000803D25FD90B77FFA', 4874134177489169, X'019CA9450A007000803CA9C35DB073ED', 'email offline_access openid profile', 1772366400000, 1772366400000, 1803902400000, NULL),
(X'019CA945F46070008075B29D72F43881', X'019347B4502E7AD389FAE9E7F7C1748A', X'019CA9450A007000800DD47DF1B353E5', 7409888465699851, X'019CA945F46070008074F491A25E5F42', 7409888465699851, X'019CA945F4607000807354335C17227F', 'email offline_access openid profile', 1772366460000, 1772366460000, 1803902460000, NULL),
(X'019CA945F46070008081F887BFF1B509', X'019347B4502E7AD389FAE9E7F7C1748A', X'019CA9450A007000800DD47DF1B353E5', 4874134177489169, X'019CA9450A007000803D25FD90B77FFA', 4874134177489169, X'019CA945F4607000808025690617E87B', 'email offline_access openid profile', 1772366460000, 1772366460000, 1803902460000, NULL),
(X'019CA945F46070008084049A3CD0FBA7', X'019347B4502E7AD389FAE9E7F7C1748A', X'019CA9450A007000800DD47DF1B353E5', 4874134177489169, X'019CA9450A007000803D25FD90B77FFA', 4874134177489169, X'019CA945F460700080830680413C8FB0', 'email offline_access openid profile', 1772366460000, 1772366460000, 1803902460000, NULL);
INSERT INTO codes VALUES
(X'019CA9450A00CAF091D3A174914CB60F83977975AE835813A8802CFBFE29CE09B79F16DB3029', 'authorization', X'019CA9450A007000803E7C053A7B456D', X'019347B4502E7AD389FAE9E7F7C1748A', X'019CA9450A007000800DD47DF1B353E5', 'https://app.engines.example/cb', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', 'n-0S6_WzA2Mj', 0, 1772366400000, 1772366460000, 1772366400000),
(X'019CA945F4609824D05FCFBDF985AD6FD23C762D3004C05CACFA9396CA506B9B3D6077457711', 'authorization', X'019CA945F46070008075B29D72F43881', X'019347B4502E7AD389FAE9E7F7C1748A', X'019CA9450A007000800DD47DF1B353E5', 'https://app.engines.example/cb', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', 'n-0S6_WzA2Mj', 0, 1772366460000, 1772366520000, NULL),
(X'019CA945F4609DF02066632067563598167E3A98D0FD01940A66168587B031E892A4360E4CEB', 'authorization', X'019CA945F46070008081F887BFF1B509', X'019347B4502E7AD389FAE9E7F7C1748A', X'019CA9450A007000800DD47DF1B353E5', 'https://app.engines.example/cb', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', 'n-0S6_WzA2Mj', 0, 1772366460000, 1772366520000, 1772366460000),
(X'019CA945F460D40CEE8B3867FADB59FA6D1FA44EAA5CD34702A440B32F23A30C4ABAEB4AD15B', 'authorization', X'019CA945F46070008084049A3CD0FBA7', X'019347B4502E7AD389FAE9E7F7C1748A', X'019CA9450A007000800DD47DF1B353E5', 'https://app.engines.example/cb', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', 'n-0S6_WzA2Mj', 0, 1772366460000, 1772366520000, 1772366460000);
INSERT INTO refresh_tokens VALUES
(X'019CA9450A0064E552BF43F2DA1E9354FC2E320E02EE67EC3F9F87BCD99CA358436084702D28', X'019CA9450A007000803E7C053A7B456D', NULL, NULL, 1772366400000, 1774958400000, NULL),
(X'019CA945F4602D1589502C2023862428EDF5EC73E727478B81CB3B7DE8561D451C3A6B1A72ED', X'019CA945F46070008081F887BFF1B509', NULL, NULL, 1772366460000, 1774958460000, NULL),
(X'019CA945F460D79DAC56C1D3078F2E6023BB4A09E407CDD50D2765612927F9DA2C31CFFD4ACE', X'019CA945F46070008084049A3CD0FBA7', NULL, NULL, 1772366460000, 1774958460000, NULL);
INSERT INTO revoked_tokens VALUES
('grant_01kjmmbx30e00810frgyzz3d89.94951a631096f9ebeaf7051ebd63dd24', 1772367060000);
INSERT INTO signing_keys VALUES
('AW_x2uVccPbHQpWHEYq7gF68xmluzQHKIDbSmpqhBeo', 'RS256', 'current', '{"alg":"RS256","e":"AQAB","kid":"AW_x2uVccPbHQpWHEYq7gF68xmluzQHKIDbSmpqhBeo","kty":"RSA","n":"3T4glErsE0_khSJ19hkea9ciHAROD4fK65tmZhoJ2hF24DPp-3bo3KwcEFI8oaVWcwZjUZg5Ve3FIPYjKTgR23UAEScyGNWNze2_9E_NSOOe7ZBZp_WdFKZ-e1PdorS6pNQoQGXQvmB0cqeP3XhRXYderxLvso-WFeT4M9ajNlEHs4SS6rz4zxZn6RNuOAphhmW3NhW7M-y3IMXI6aFjueyXzVEDtWi97AiPsI5SlkA_URd57-VM1Ks8979DcFrlxXY8z6CcwGe_vyH1KsxjcjUpwEYwQzo8P4SE8zZPVzvbNYDtLhIB-jcm5-aWTl2RQ2_Y6Vqgh9QHZzZWppkuuQ","use":"sig"}', X'019342E1C5F83370454D9E20819CF4707116815D4FAC8B0C6DBAD2EE1C5C14D97BCF96AEEB1845EFA4B7C9970FBB5A1B963D0589602FDDF80B3608D8F177254AB6EAC189EC43E4C3CF7D2357A91143705DD940FA56E3F9BBA88490D855EADFDE4A1F5A8B1CF36CDAC9005C1E14E332383675D08320128E8E3A6E06A5EFA496474D00FC85414406AA67813164DDECC52631F18FF180F365F359208A791F0A280183C6C77F7A9F63CDDC3799781C29A4EEA6B9AFE8306C53FB5159771129EFC8E921D641A624E2724AED46972AEE6B90937BE2ABFF496E1BBCFD6A933AE2D7EB686147B29569F15B8CDFCFE8C16C4DA3EBC7D3BE7DB7D4044CFA9D6EEBBC40E630F312AE6E0B7AA06AE6D63B393B2F74ECE4A1A93D32A22F0AA0854269BA01BB394DA67F4FC7A6871CDE8238799C55D180C930B5D5CD63AEDD71A2CC3E1F9F5B9E23C040A58A4F1ACE79FFA18AE1DBB449193DB0A731ED525B6FA47E0D34F7D07772748F50A414B20D626A38655FA096B5E847802B7C643FBC8C18A82609539AD516D9B5931973DF270CFFBD2807E94A075544C8D63512D42CE61C974AD8A3FD07F26914ABD42428C0BD63B486B005A3103BAAA8AE4AA02E785C7292C3DEB13C75F3EE3E3AA94240F2D1823F5807E69E8703F88E95047A78E8962647BC0045356A99FCC1157AF99281530B9E989C18C3C17B34C600D99E62D74B27A6D50CB191477DA4FCB5A061A187D815A095B0D6DAA9933CE1A33B7F99FEAF455C7E8D9EEDC1135999D222B2A1FEEE302C87897AE8F3337990EE5A94C1F6670471FAC1CB0C488E47940CD1EF617383BB8CFBAEDF5115BC0BA1A600307665E733C71BF119259054A9A52EF10EA53945B9240104D8EDF8D8315E7C0DABB99477C83BB916C71A1DDCED2289E98062F7B798564DF5A6F06CBD22A7AA5B83E23CB2EBFD385D62D8B996A24150FA6718092EB73E0DDD8E94FFB65892EB8A1A70DC38860194A20C2678ABA75B09AE351FC760C46A35E17B3C2243A02F6892495C11931D0516E2601E25064D783D4F73F99D78285EA1CF5F72E9B698E5E0424F313166531FE59A6CFCD218D98D55F7014A8AA175227369A0862B3DA0DC7EB72F73ACB292E72852452DA6E9AC3A43D10312B616695686B210F7658A466F73CF71D86A63F90E420758C0B671F8D3FC9706654AD52B04AAB38A360E767B7E39CF4FFA099F1CC78A03A507F6CB3A1B2CD8F50FA4757C120F3714C829F263D64B80B32701B53928C1DFCA2BF4F3609165BE6BAA6B203EC54B2813CF35F105F3610A6222CFF856AF1D5750C24299984F44E62243643E25361A03DFA6612E3D275EF2C46143D58F53336BB7B26D68B4589C2DA2589682A602CAFF3BC2B25DE6FD659572D22C2ECE08C57B449FBE499914ACF0CAAADD36FF87E7A4F3AC464A7C4673DBF7C4F7BB4B8439F6F38986D686B509431AEC864A2867F459CDC28A064CE1DCF8ED710DE5182FAAE5535C3B5DA1FC9A5B2ECE94C13BF8047DF9E2797566B082BA35AFF029F813B00DA21CC9FDEF3274E8A5C736E5433B8BFF63D02DB0C70E8B86BB442BFB13FEAB91E4D415761B84D88837002B12EFFE7848FF74198AB86838F3C6443EBEE53CB5480E0B8E9D19146FA9F9C506513667612E45C9789F14AD0FBE650347AD3DDF5172B29D6BC1E9EFB20A93A84200CDD977A87856BB18882A26CD9398F668B5A28E2B54B0E4394D5FBC997730142DB99041B1CF1F4EBC4A0C128D82726C3120A244C74895', 1772366400000, 1772366400000, NULL),
('C10W5zwBrSZudafiZvy7UdgIwtS-tk-zjRCOYi_F1RM', 'ES256', 'current', '{"alg":"ES256","crv":"P-256","kid":"C10W5zwBrSZudafiZvy7UdgIwtS-tk-zjRCOYi_F1RM","kty":"EC","use":"sig","x":"wT4_-xYvhuWvWS82BbLIzpyylPRkLDnDJFxKqR61oH8","y":"fSVKo9rH4RWawGvSM2EwZUTpvFGh8VmtmxcvTKZFZP4"}', X'018510BD07CE91B73E29F4062103BE7F5A712308C461CE2CD9F1F65E7CD8290A27D3F73B8BC68F1F0CBC8B69CE3723C0D16E9D5281BFC653E3C72B70A4954247722C91D50AF5CF4B13366ECD3FECFE29B5543892950B0DED81D40099C21498DFA2A6D59A9FC394361FAD54C12DB0CB197676BDF2BA38F99F361C818E4DD9CCFCD4A3F59FD62B488BDB8707739C23AD3D681AF30D3F1DB2CA6DD2D71F0D175BBF08FB8CA2F4A74A', 1772366400000, 1772366400000, NULL);
INSERT INTO attempts VALUES
(X'019CA945F460700080403FB1A526D69E', X'019347B4502E7AD389FAE9E7F7C1748A', NULL, 'redirect_uri_unknown', 'cgsvpddgfgn7', 1772366460000);
INSERT INTO audit_entries VALUES
(X'019CA9450A007000801A1173A707E684', NULL, 'operator', 'user.created', '7409888465699851', '', NULL, '{"email_verified":true,"plan":"paid","plan_valid_until":null,"profile":["given_name","family_name"],"staff":null,"suspended":false}', 1772366400000, X'6F5F77C4BF65F3B4042F0C8211FD7DC3EB451E2EAE81B5B4F5BE327B7754B044'),
(X'019CA9450A007000801B91788E97FCD0', NULL, 'operator', 'user.password_set', '7409888465699851', '', NULL, '{"password":"set"}', 1772366400000, X'DC5202C4600F21A6A1EF02F5DD435FA10514D5E55E00319928D7F8AFAD2EE6EE'),
(X'019CA9450A007000801CA166DFD01806', NULL, 'operator', 'user.created', '4874134177489169', '', NULL, '{"email_verified":true,"plan":"free","plan_valid_until":null,"profile":["given_name","family_name"],"staff":null,"suspended":false}', 1772366400000, X'3F2D31D76C9A2B5B1FEC29A4C2C5617360E677007BCD1DF88E8B4CBA01898679'),
(X'019CA9450A007000801DA4F20EE9AA58', NULL, 'operator', 'user.password_set', '4874134177489169', '', NULL, '{"password":"set"}', 1772366400000, X'2747A41C07270DF4BB0F825F5B4C996D2FB188150BC5641B685B0251CC1844FD'),
(X'019CA9450A007000801EC9B728644546', NULL, 'operator', 'user.created', '8151755971574537', '', NULL, '{"email_verified":false,"plan":"free","plan_valid_until":null,"staff":null,"suspended":false}', 1772366400000, X'8137C693E086263B9FA3C22D78E47CD3017F519F14412A754F85A60EC8D992AB'),
(X'019CA9450A007000801F2478C9E335D0', NULL, 'operator', 'user.password_set', '8151755971574537', '', NULL, '{"password":"set"}', 1772366400000, X'5F86CA11DD0E324B5027DD7395B40898D4EFDD4FF87971E154061DC5F464BA37'),
(X'019CA9450A00700080205DB14B9E8927', X'019347B4502E7AD389FAE9E7F7C1748A', 'operator', 'client.created', 'client_01jd3v8m1efb9rkyq9wzvw2x4a', '', NULL, '{"contact_email":null,"homepage_url":null,"id_token_alg":"RS256","name":"Analytical Engines","privacy_url":null,"subject_type":"public","terms_url":null}', 1772366400000, X'98F5636FB0C8FBC3CED8B0E7397D9F0AF03AF68B6688A144B8A8A9DFF6D6A6A7'),
(X'019CA9450A0070008021289DCF043B99', X'019347B4502E7AD389FAE9E7F7C1748A', 'operator', 'scope.activated', 'email', '', NULL, '{"scope":"email"}', 1772366400000, X'3DDBB0759B321925EBD9DE99E5A9E729EBCAEDD54774D00D9E4463F65CD0E98E'),
(X'019CA9450A00700080223F4B2E9C5DBC', X'019347B4502E7AD389FAE9E7F7C1748A', 'operator', 'scope.activated', 'offline_access', '', NULL, '{"scope":"offline_access"}', 1772366400000, X'2CC0DA58ED29DC867A43F301AB9AC3EFFC4A0B60DF01B12ACE46EA3825D6E118'),
(X'019CA9450A00700080232BD54B470E93', X'019347B4502E7AD389FAE9E7F7C1748A', 'operator', 'scope.activated', 'openid', '', NULL, '{"scope":"openid"}', 1772366400000, X'BAF93993D7F709C51007F85E8780AC7CC8FFCB98E3BBB0FCC89219F3E7007E28'),
(X'019CA9450A0070008024769845DF4BEF', X'019347B4502E7AD389FAE9E7F7C1748A', 'operator', 'scope.activated', 'profile', '', NULL, '{"scope":"profile"}', 1772366400000, X'14EAB7527E04A9A47DBFD5BB0CC8651F21CE8D31FEE19A8DCF9159521844C974'),
(X'019CA9450A0070008025E961D008FD85', X'019347B4502E7AD389FAE9E7F7C1748A', 'operator', 'scope.activated', 'userinfo', '', NULL, '{"scope":"userinfo"}', 1772366400000, X'C9AF0CC0885B5B4F066DA0A4A5475128F5A157DEC47F31129615F192F32CA47A'),
(X'019CA9450A00700080260F30906E7275', X'019347B4502E7AD389FAE9E7F7C1748A', 'operator', 'secret.created', 'secret_01kjmma2g0e00802xh9w1439sx', '', NULL, '{"active":true,"expires_at":null,"hint":"eSzt","label":"Standard Key"}', 1772366400000, X'11AEF6BB4D0B7EA2A58CA4BD81AC422A4BA6B0544B4248BD5BE2486D62F76A8E'),
(X'019CA9450A007000802766FC15F25C71', X'019347B4502E7AD389FAE9E7F7C1748A', 'operator', 'secret.created', 'secret_01kjmma2g0e008034stp0snnkb', '', NULL, '{"active":true,"expires_at":null,"hint":"O5AP","label":"Second Key"}', 1772366400000, X'4CE409482ED4A51C8BFD33C9D11DDCC6A52C9953900E728F0E9B9644D71931D3'),
(X'019CA9450A00700080282BA2B9F20B67', X'019347B4502E7AD389FAE9E7F7C1748A', 'operator', 'domain.created', 'domain_01kjmma2g0e00803emfqrv6mz5', '', NULL, '{"active":true,"allow_api":true,"allow_login":true,"fallback_response":null,"fallback_uri":null,"internal_name":null,"ownership":"proven","primary":true,"root_domain":"engines.example","server_ips":[],"test_mode":false}', 1772366400000, X'14D3A876A4DD09F25CA0AEB76955298CD50FE4CBFD2BB3C4C389BCC8612E10B0'),
(X'019CA9450A0070008029432CDD75FFB2', X'019347B4502E7AD389FAE9E7F7C1748A', 'operator', 'url.created', 'url_01kjmma2g0e00803k97prbt01t', '', NULL, '{"active":true,"domain":"domain_01kjmma2g0e00803emfqrv6mz5","kind":"callback","url":"https://app.engines.example/cb"}', 1772366400000, X'A4A38F50175FBC3DA59767C2EB30831D88E7C5A4291CDAEF18E44C8F7AB6C703'),
(X'019CA9450A007000802A68C60470CA1B', X'019347B4502E7AD389FAE9E7F7C1748A', 'operator', 'url.created', 'url_01kjmma2g0e00803w3qgppmj95', '', NULL, '{"active":true,"domain":"domain_01kjmma2g0e00803emfqrv6mz5","kind":"logout","url":"https://app.engines.example/"}', 1772366400000, X'8872F6359316EE080D37CD01021F584F54B37D8ADF3CD97D12001930AB29B575'),
(X'019CA9450A007000802B7A58FC0C1546', X'019347B4502E7AD389FAE9E7F7C1748A', 'operator', 'link.created', 'secret_01kjmma2g0e00802xh9w1439sx', '', NULL, '{"domain":"domain_01kjmma2g0e00803emfqrv6mz5","secret":"secret_01kjmma2g0e00802xh9w1439sx"}', 1772366400000, X'3786490CCFCEB5396A73FBB2BBA4075893E5F5BD605FC3BB65CD293C9E0DC4F0'),
(X'019CA9450A007000802C2B1A80E8E799', X'019347B4502E7AD389FAE9E7F7C1748A', 'operator', 'domain.created', 'domain_01kjmma2g0e008042ck1vmebc1', '', NULL, '{"active":true,"allow_api":true,"allow_login":true,"fallback_response":null,"fallback_uri":null,"internal_name":null,"ownership":"proven","primary":false,"root_domain":"more-engines.example","server_ips":[],"test_mode":false}', 1772366400000, X'36F9BD7B0C9E53034AA8C974F824B2C937A83914F1309984413200335AFCC3DF'),
(X'019CA9450A007000802DDFC099AEF54C', X'019347B4502E7AD389FAE9E7F7C1748A', 'operator', 'url.created', 'url_01kjmma2g0e00804etesc4bb6p', '', NULL, '{"active":true,"domain":"domain_01kjmma2g0e008042ck1vmebc1","kind":"callback","url":"https://app.more-engines.example/cb"}', 1772366400000, X'F6A278C1C446C9251E25F4F73E5EEB2B08BC8E3B0A16F610287AE7E9BAEC9189'),
(X'019CA9450A007000802EF33F7087D446', X'019347B4502E7AD389FAE9E7F7C1748A', 'operator', 'link.created', 'secret_01kjmma2g0e008034stp0snnkb', '', NULL, '{"domain":"domain_01kjmma2g0e008042ck1vmebc1","secret":"secret_01kjmma2g0e008034stp0snnkb"}', 1772366400000, X'13E577E8AC0D3AE01E6A9D35F23E7EF20E73C6A472CF5A2391E294D7D7EB3137'),
(X'019CA9450A007000802F54BFF142F806', X'019347B4502E7AD389FAE9E7F7C1748B', 'operator', 'client.created', 'client_01jd3v8m1efb9rkyq9wzvw2x4b', '', NULL, '{"contact_email":null,"homepage_url":null,"id_token_alg":"RS256","name":"Notes","privacy_url":null,"subject_type":"public","terms_url":null}', 1772366400000, X'8AC31ACD69B41C81D9A07CA335CAD523F07BD61CDBBB7EAA639EBD6821B9628A'),
(X'019CA9450A0070008030E08CD036BB6A', X'019347B4502E7AD389FAE9E7F7C1748B', 'operator', 'scope.activated', 'openid', '', NULL, '{"scope":"openid"}', 1772366400000, X'2E86A2CA76BD4E9B62FE97650831D53D427702D06FC6E03B63F8A359574538BA'),
(X'019CA9450A0070008031D82F5D872645', X'019347B4502E7AD389FAE9E7F7C1748B', 'operator', 'scope.activated', 'profile', '', NULL, '{"scope":"profile"}', 1772366400000, X'E893988BB2A5CF9CC82F438D0B5162952106C2709B7847A3DBBC4615B00F9BBF'),
(X'019CA9450A00700080323596E644EEB2', X'019347B4502E7AD389FAE9E7F7C1748B', 'operator', 'secret.created', 'secret_01kjmma2g0e00805xwa18s1fzk', '', NULL, '{"active":true,"expires_at":null,"hint":"OCxQ","label":"Standard Key"}', 1772366400000, X'CCBBC3BF3D6EC2B6BA031DB1697F109294D03B17450717C4AAF35E635BBF8A3F'),
(X'019CA9450A0070008033D2B10350211F', X'019347B4502E7AD389FAE9E7F7C1748B', 'operator', 'domain.created', 'domain_01kjmma2g0e008066qh297f4a7', '', NULL, '{"active":true,"allow_api":true,"allow_login":true,"fallback_response":null,"fallback_uri":null,"internal_name":null,"ownership":"unproven","primary":true,"root_domain":"notes.example","server_ips":[],"test_mode":false}', 1772366400000, X'1581E4F01B07C1B6294ABBDFE5D04DACC740466C5D8B36CFD515A223EBEFF600'),
(X'019CA9450A0070008034042529D68FD5', X'019347B4502E7AD389FAE9E7F7C1748B', 'operator', 'url.created', 'url_01kjmma2g0e00806andh00ax3d', '', NULL, '{"active":true,"domain":"domain_01kjmma2g0e008066qh297f4a7","kind":"callback","url":"https://shop.notes.example/cb"}', 1772366400000, X'228E663F8002BA7DE6F27941659C270C6C5212446CED9A3DC303D2E33C77A178'),
(X'019CA9450A0070008035656C9878089F', X'019347B4502E7AD389FAE9E7F7C1748B', 'operator', 'link.created', 'secret_01kjmma2g0e00805xwa18s1fzk', '', NULL, '{"domain":"domain_01kjmma2g0e008066qh297f4a7","secret":"secret_01kjmma2g0e00805xwa18s1fzk"}', 1772366400000, X'DCE87DA633660BC6DA733F2231C07551B32C770968534BC257FDCFC5E2F42D4C'),
(X'019CA9450A007000803610F7B76EE3EE', NULL, 'operator', 'user.created', '683271653550481', '', NULL, '{"email_verified":true,"plan":"free","plan_valid_until":null,"profile":["given_name"],"staff":null,"suspended":false}', 1772366400000, X'08E4CAF77E219785DCB03A086FAFC979CE5E2014B5805D6B4A01220A7ED646C4'),
(X'019CA9450A0070008037A1BA59B18EA4', NULL, 'operator', 'user.password_set', '683271653550481', '', NULL, '{"password":"set"}', 1772366400000, X'DB319DC3848A2C792098607A7A295AEB880D68B2B75F927DC2D7253834D28915'),
(X'019CA9450A00700080385317FC308922', NULL, 'operator', 'user.created', '8835005543694274', '', NULL, '{"email_verified":true,"plan":"free","plan_valid_until":null,"profile":["given_name"],"staff":null,"suspended":false}', 1772366400000, X'1BDA64478AA62DA7BD759CA05FFD1CA80DA185EF428BB9448CF50216208FFA9E'),
(X'019CA9450A0070008039CE92F280E8A9', NULL, 'operator', 'user.password_set', '8835005543694274', '', NULL, '{"password":"set"}', 1772366400000, X'7F01FF041AADAAB3121D05E6D8FBB47D6BCEF1279E309BFCFCFD299E5712EC61'),
(X'019CA945F46070008041A3CC83EAEDE3', X'019347B4502E7AD389FAE9E7F7C1748A', 'user 7409888465699851', 'client.updated', 'client_01jd3v8m1efb9rkyq9wzvw2x4a', '127.0.0.1', '{"contact_email":null,"homepage_url":null,"privacy_url":null}', '{"contact_email":"hello@engines.example","homepage_url":"https://engines.example/","privacy_url":"https://engines.example/privacy"}', 1772366460000, X'AB35A257CDF5576698E27FB8A1B5CFA6778D8A290A27A8B1B8A87EBF6537741A'),
(X'019CA945F46070008042E42FCCDD0FC6', X'019347B4502E7AD389FAE9E7F7C1748A', 'user 7409888465699851', 'client.updated', 'client_01jd3v8m1efb9rkyq9wzvw2x4a', '127.0.0.1', '{"logo":null}', '{"logo":"fc4f2fe676ada10b5e99aa5816f6ffe72908ce5181f2b1da501149b866960010"}', 1772366460000, X'53A6E2CBFE58FC40DC71A2AC48430D7CA30C416BC7C43ADE8838AA4D8197678F'),
(X'019CA945F46070008044D17319164512', X'019347B4502E7AD389FAE9E7F7C1748A', 'user 7409888465699851', 'url.created', 'url_01kjmmbx30e0080gzvkk31b2wq', '127.0.0.1', NULL, '{"active":true,"domain":"domain_01kjmma2g0e00803emfqrv6mz5","kind":"webhook","url":"https://app.engines.example/hook"}', 1772366460000, X'6A48A56ED062A4000E28AF1E30BF989BCC4841E191A6E758E36D3A7FD2D69D6F'),
(X'019CA945F46070008047891423A92638', X'019347B4502E7AD389FAE9E7F7C1748A', 'user 7409888465699851', 'domain.created', 'domain_01kjmmbx30e0080hnecpyyze2y', '127.0.0.1', NULL, '{"active":true,"allow_api":false,"allow_login":true,"fallback_response":"Call us.","fallback_uri":"https://third-engines.example/sorry","internal_name":"Third","ownership":"unproven","primary":false,"root_domain":"third-engines.example","server_ips":["192.0.2.0/24","2001:db8::7"],"test_mode":false}', 1772366460000, X'6DBA26204E3DA5D8B440CB71708180190CD804EF00D6919F55D00A4406EEF1B0'),
(X'019CA945F4607000804A22A3FAC8F943', X'019347B4502E7AD389FAE9E7F7C1748A', 'user 7409888465699851', 'domain.updated', 'domain_01kjmmbx30e0080hnecpyyze2y', '127.0.0.1', '{"test_mode":false}', '{"test_mode":true}', 1772366460000, X'36FC2370E6C441CC06F943B6DA778A5A1FF167FB93F2337E468E30196B3B480E'),
(X'019CA945F4607000804CEEC1C81C54E3', X'019347B4502E7AD389FAE9E7F7C1748A', 'user 7409888465699851', 'role.created', 'role_01kjmmbx30e0080jyg0npfpgtk', '127.0.0.1', NULL, '{"active":true,"description":"Looks after secrets","expires_at":null,"group":"Operations","key":"night-shift","level":20,"name":"Night shift","permissions":["domains:read","secrets:read"]}', 1772366460000, X'96569743CB0D7CB3865580F78D78292F43944228D9AED9F524DF6A964CA1E356'),
(X'019CA945F4607000804FA790ED6FAB05', X'019347B4502E7AD389FAE9E7F7C1748A', 'user 7409888465699851', 'member.invited', 'member_01kjmmbx30e0080ke5jbtdw8e8', '127.0.0.1', NULL, '{"email":"dorothy@example.test","expires_at":null,"role":"admin","status":"invited","sub":null}', 1772366460000, X'196BE27BD3837F9880D7E32E5802C222571FB24AB21E4BB88BDC71F328D96AB6'),
(X'019CA945F4607000805287EB636AD430', X'019347B4502E7AD389FAE9E7F7C1748A', 'user 683271653550481', 'member.joined', 'member_01kjmmbx30e0080ke5jbtdw8e8', '127.0.0.1', '{"status":"invited"}', '{"status":"active"}', 1772366460000, X'F5F4F970CEAEE737000B1EE7096F8EF43EC69731D25CE2189A73E33F51D2421F'),
(X'019CA945F460700080556D75736CF964', X'019347B4502E7AD389FAE9E7F7C1748A', 'user 7409888465699851', 'member.invited', 'member_01kjmmbx30e0080msmj5rhp455', '127.0.0.1', NULL, '{"email":"edith@example.test","expires_at":null,"role":"night-shift","status":"invited","sub":null}', 1772366460000, X'5124050C9B84832C369445A08F9A649BD5C88908268E856EEBA5B2C554B4B07B'),
(X'019CA945F4607000805922090D88E6AB', X'019347B4502E7AD389FAE9E7F7C1748A', 'user 7409888465699851', 'request.created', 'request_01kjmmbx30e0080nwe2897kzpw', '127.0.0.1', NULL, '{"domain":null,"email":"ada@example.test","expires_at":null,"kind":"access","reason":"To greet you.","scopes":"userinfo","status":"pending","sub":null}', 1772366460000, X'043A7439666150F4BD2268643AABEC8E1BC19E6D6B69DB87D8D028AD1C80D42B'),
(X'019CA945F4607000805DACCB27232E8A', X'019347B4502E7AD389FAE9E7F7C1748A', 'user 7409888465699851', 'request.created', 'request_01kjmmbx30e0080px4xf0bsthr', '127.0.0.1', NULL, '{"domain":null,"email":"ada@example.test","expires_at":null,"kind":"test","reason":null,"scopes":"","status":"pending","sub":null}', 1772366460000, X'56579585BE7065DA4AEDBB25738FBF1F909F69AF6C61FD0D2DF69FDD52DA4632'),
(X'019CA945F460700080608717FC718B75', X'019347B4502E7AD389FAE9E7F7C1748B', 'user 7409888465699851', 'request.created', 'request_01kjmmbx30e0080qqkjgfgaarn', '127.0.0.1', NULL, '{"domain":null,"email":"ada@example.test","expires_at":null,"kind":"test","reason":null,"scopes":"","status":"pending","sub":null}', 1772366460000, X'19CC7CE30BCADA9DB850516A3FEE01FBF2F0C1C2A9C7EEED1820A22A3EBBF29E'),
(X'019CA945F460700080658BB4DFB108D2', NULL, 'user 4874134177489169', 'request.answered', 'request_01kjmmbx30e0080nwe2897kzpw', '127.0.0.1', '{"status":"pending"}', '{"status":"accepted"}', 1772366460000, X'8BA1B9F54E57DFF63B434D8C59A14E622983E109CB80177A46E16D814B8036FA'),
(X'019CA945F460700080678F8D2C41A6FC', NULL, 'user 4874134177489169', 'request.answered', 'request_01kjmmbx30e0080qqkjgfgaarn', '127.0.0.1', '{"status":"pending"}', '{"status":"declined"}', 1772366460000, X'EC3AEDC53E20B9419E3998F4F0AB386FC4CCDCAABCE98B643E831C8F45838D53'),
(X'019CA945F460700080681560A19853EE', NULL, 'user 4874134177489169', 'client.blocked', 'client_01jd3v8m1efb9rkyq9wzvw2x4b', '127.0.0.1', NULL, '{"blocked":true}', 1772366460000, X'0739234F2BDF62B27A49DEF2A3C91D9064125956BDFDD3FC18B89355F3664BA4'),
(X'019CA945F460700080698EE5540FC398', NULL, 'operator', 'user.created', '4575812139230149', '', NULL, '{"email_verified":true,"plan":"free","plan_valid_until":null,"staff":"admin","suspended":false}', 1772366460000, X'CF48E2251D365A5C7EDB3255ACBF9AF032E13F2A6D5EDD60A468D3FBF600D58E'),
(X'019CA945F4607000806ACD19D8938F9D', NULL, 'operator', 'user.password_set', '4575812139230149', '', NULL, '{"password":"set"}', 1772366460000, X'CBC939D55A8A1E9EA17BB8B58DCAB5D5B845CC9E594239D0BD8396336626C196'),
(X'019CA945F4607000806CE46664F512CF', X'019347B4502E7AD389FAE9E7F7C1748A', 'user 7409888465699851', 'verification.created', 'verification_01kjmmbx30e0080ty7j4s063yf', '127.0.0.1', NULL, '{"expires_at":null,"items":[{"domain":"domain_01kjmma2g0e00803emfqrv6mz5","reason":null,"scope":"userinfo","status":"pending"}],"notes":"Birthdays.","status":"pending"}', 1772366460000, X'C42D3AF163DBDAD33D335F484A7C38866D9D9FF6AEDB41677D0E12916C6A1914'),
(X'019CA945F46070008070D8F6C1E498E9', X'019347B4502E7AD389FAE9E7F7C1748A', 'staff 4575812139230149', 'verification.decided_by_staff', 'verification_01kjmmbx30e0080ty7j4s063yf', '127.0.0.1', '{"expires_at":null,"items":[{"domain":"domain_01kjmma2g0e00803emfqrv6mz5","reason":null,"scope":"userinfo","status":"pending"}],"status":"pending"}', '{"expires_at":"2027-03-01T12:01:00Z","items":[{"domain":"domain_01kjmma2g0e00803emfqrv6mz5","reason":"As described.","scope":"userinfo","status":"approved"}],"status":"approved"}', 1772366460000, X'AC0CF0C5374E4CCD80DE7C92C6597AD87687E36DC9AE336B418738C76DBDEDE8'),
(X'019CA945F460700080718CEDED5E0C2E', NULL, 'operator', 'user.updated', '4874134177489169', '', '{}', '{"profile":["birth_date","gender"]}', 1772366460000, X'5529BDD71F4C2F6FACD90944771E83CA0E8619B337F94CE124EEF6E19493C142'),
(X'019CA945F46070008078887911850BAA', X'019347B4502E7AD389FAE9E7F7C1748A', 'user 7409888465699851', 'request.created', 'request_01kjmmbx30e0080xqs0960bpzd', '127.0.0.1', NULL, '{"domain":null,"email":"edith@example.test","expires_at":null,"kind":"test","reason":null,"scopes":"","status":"pending","sub":null}', 1772366460000, X'D89E465ADC468F778CED2E3E2EE68B1FDEA3D7AB395534A6A198A259326E338D'),
(X'019CA945F4607000807BBA4B3C05528C', X'019347B4502E7AD389FAE9E7F7C1748A', 'user 7409888465699851', 'token.created', 'token_01kjmmbx30e0080ymft08k8q2n', '127.0.0.1', NULL, '{"expires_at":null,"hint":"piqi","label":"Deployment","permissions":["attempts:read","audit:read","client:read","domains:read","links:read","members:read","requests:read","roles:read","scopes:read","secrets:read","stats:read","tokens:read","urls:read","users:read","verifications:read"]}', 1772366460000, X'EBB0F249E7BC95C63ED870D4066B67500EC55E70BC19AB0B554A0A3EA2D5E984'),
(X'019CA945F4607000807E909903ED6946', X'019347B4502E7AD389FAE9E7F7C1748A', 'user 7409888465699851', 'domain.created', 'domain_01kjmmbx30e0080za33j75q3ga', '127.0.0.1', NULL, '{"active":true,"allow_api":false,"allow_login":true,"fallback_response":null,"fallback_uri":null,"internal_name":null,"ownership":"unproven","primary":false,"root_domain":"fourth-engines.example","server_ips":[],"test_mode":false}', 1772366460000, X'59EC903563BDDDDA569920117B418EF2EAA93126D3E5BF94C949143CB1C7929A');
INSERT INTO audit_seals VALUES
(1, X'95F26029B9F2FF9CECF0F1B12F9C93A8E0E26AD8A12442AABD1E3074F2D814D0', 1772366460000);
INSERT INTO audit_unsealed VALUES
(X'019CA945F4607000807E909903ED6946');
INSERT INTO audit_seal_entries VALUES
(X'019CA9450A007000801A1173A707E684', 1),
(X'019CA9450A007000801B91788E97FCD0', 1),
(X'019CA9450A007000801CA166DFD01806', 1),
(X'019CA9450A007000801DA4F20EE9AA58', 1),
(X'019CA9450A007000801EC9B728644546', 1),
(X'019CA9450A007000801F2478C9E335D0', 1),
(X'019CA9450A00700080205DB14B9E8927', 1),
(X'019CA9450A0070008021289DCF043B99', 1),
(X'019CA9450A00700080223F4B2E9C5DBC', 1),
(X'019CA9450A00700080232BD54B470E93', 1),
(X'019CA9450A0070008024769845DF4BEF', 1),
(X'019CA9450A0070008025E961D008FD85', 1),
(X'019CA9450A00700080260F30906E7275', 1),
(X'019CA9450A007000802766FC15F25C71', 1),
(X'019CA9450A00700080282BA2B9F20B67', 1),
(X'019CA9450A0070008029432CDD75FFB2', 1),
(X'019CA9450A007000802A68C60470CA1B', 1),
(X'019CA9450A007000802B7A58FC0C1546', 1),
(X'019CA9450A007000802C2B1A80E8E799', 1),
(X'019CA9450A007000802DDFC099AEF54C', 1),
(X'019CA9450A007000802EF33F7087D446', 1),
(X'019CA9450A007000802F54BFF142F806', 1),
(X'019CA9450A0070008030E08CD036BB6A', 1),
(X'019CA9450A0070008031D82F5D872645', 1),
(X'019CA9450A00700080323596E644EEB2', 1),
(X'019CA9450A0070008033D2B10350211F', 1),
(X'019CA9450A0070008034042529D68FD5', 1),
(X'019CA9450A0070008035656C9878089F', 1),
(X'019CA9450A007000803610F7B76EE3EE', 1),
(X'019CA9450A0070008037A1BA59B18EA4', 1),
(X'019CA9450A00700080385317FC308922', 1),
(X'019CA9450A0070008039CE92F280E8A9', 1),
(X'019CA945F46070008041A3CC83EAEDE3', 1),
(X'019CA945F46070008042E42FCCDD0FC6', 1),
(X'019CA945F46070008044D17319164512', 1),
(X'019CA945F46070008047891423A92638', 1),
(X'019CA945F4607000804A22A3FAC8F943', 1),
(X'019CA945F4607000804CEEC1C81C54E3', 1),
(X'019CA945F4607000804FA790ED6FAB05', 1),
(X'019CA945F4607000805287EB636AD430', 1),
(X'019CA945F460700080556D75736CF964', 1),
(X'019CA945F4607000805922090D88E6AB', 1),
(X'019CA945F4607000805DACCB27232E8A', 1),
(X'019CA945F460700080608717FC718B75', 1),
(X'019CA945F460700080658BB4DFB108D2', 1),
(X'019CA945F460700080678F8D2C41A6FC', 1),
(X'019CA945F460700080681560A19853EE', 1),
(X'019CA945F460700080698EE5540FC398', 1),
(X'019CA945F4607000806ACD19D8938F9D', 1),
(X'019CA945F4607000806CE46664F512CF', 1),
(X'019CA945F46070008070D8F6C1E498E9', 1),
(X'019CA945F460700080718CEDED5E0C2E', 1),
(X'019CA945F46070008078887911850BAA', 1),
(X'019CA945F4607000807BBA4B3C05528C', 1);
INSERT INTO outbox VALUES
(X'019CA945F460700080489F10648DDA7E', X'019347B4502E7AD389FAE9E7F7C1748A', X'019CA945F46070008046AE65BDEFB85E', 'domain.updated', '{"data":{"client":"client_01jd3v8m1efb9rkyq9wzvw2x4a","domain":"domain_01kjmmbx30e0080hnecpyyze2y","root_domain":"third-engines.example"},"timestamp":"2026-03-01T12:01:00Z","type":"domain.updated"}', 1772366460000, NULL),
(X'019CA945F46070008064B0258F3A1EF3', X'019347B4502E7AD389FAE9E7F7C1748A', NULL, 'request.accepted', '{"data":{"client":"client_01jd3v8m1efb9rkyq9wzvw2x4a","kind":"access","request":"request_01kjmmbx30e0080nwe2897kzpw","sub":"4874134177489169"},"timestamp":"2026-03-01T12:01:00Z","type":"request.accepted"}', 1772366460000, NULL),
(X'019CA945F4607000806628EBE4F420A0', X'019347B4502E7AD389FAE9E7F7C1748B', NULL, 'request.declined', '{"data":{"client":"client_01jd3v8m1efb9rkyq9wzvw2x4b","kind":"test","request":"request_01kjmmbx30e0080qqkjgfgaarn"},"timestamp":"2026-03-01T12:01:00Z","type":"request.declined"}', 1772366460000, NULL),
(X'019CA945F4607000806EB93554657732', X'019347B4502E7AD389FAE9E7F7C1748A', NULL, 'verification.decided', '{"data":{"client":"client_01jd3v8m1efb9rkyq9wzvw2x4a","expires_at":"2027-03-01T12:01:00Z","items":[{"domain":"domain_01kjmma2g0e00803emfqrv6mz5","reason":"As described.","scope":"userinfo","status":"approved"}],"reason":null,"status":"approved","verification":"verification_01kjmmbx30e0080ty7j4s063yf"},"timestamp":"2026-03-01T12:01:00Z","type":"verification.decided"}', 1772366460000, NULL);
INSERT INTO deliveries VALUES
(X'0197D5C2A7F07000800000000000000A', X'019CA945F460700080489F10648DDA7E', X'019CA945F46070008043FB9CC6158B97', 'waiting', 1772366400000, 1772366400000);
INSERT INTO delivery_tries VALUES
(X'0197D5C2A7F07000800000000000000A', 1, 1772366400000, 503, 17);
INSERT INTO job_positions VALUES
('login_stats', X'019CA9450A007000803E7C053A7B456D');
INSERT INTO idempotency_keys VALUES
(X'B0B9171FF38711C2CEDAE7C1959516E2B9B3169E0236DDAFAB393A786F8F0A38', X'45EE157B131F5D478A47801241D8DB0B1A345A7B8C463EBE7300B74F36D00DE3', 201, '{"body":{"expires_at":null,"id":"token_01kjmmbx30e0080ymft08k8q2n","label":"Deployment","last_used_at":null,"permissions":["attempts:read","audit:read","client:read","domains:read","links:read","members:read","requests:read","roles:read","scopes:read","secrets:read","stats:read","tokens:read","urls:read","users:read","verifications:read"]},"etag":null,"location":"/admin/v1/clients/client_01jd3v8m1efb9rkyq9wzvw2x4a/tokens/token_01kjmmbx30e0080ymft08k8q2n"}', 1772366460000, 1772452860000);
