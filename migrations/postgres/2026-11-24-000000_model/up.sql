-- Times are milliseconds since 1970 in UTC; ids are the 16 bytes of a UUIDv7; a key of a credential is its time and
-- its SHA-256, never the credential. Both backends have the same tables, compared by a test.

-- People ---------------------------------------------------------------------------------------------------------

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
-- Also finds how an address begins, whatever the collation.
CREATE UNIQUE INDEX users_by_email ON users (email_key text_pattern_ops);

CREATE TABLE user_socials (
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    platform TEXT NOT NULL,
    username TEXT NOT NULL,
    url TEXT NOT NULL,
    PRIMARY KEY (user_id, platform)
);

CREATE TABLE user_providers (
    provider TEXT NOT NULL,
    provider_subject TEXT NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    linked_at BIGINT NOT NULL,
    PRIMARY KEY (provider, provider_subject)
);
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
    token_key BYTEA NOT NULL PRIMARY KEY,
    id BYTEA NOT NULL UNIQUE,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    authenticated_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    user_agent TEXT NOT NULL,
    address TEXT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE known_devices (
    token_key BYTEA NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (token_key, user_id)
);
CREATE INDEX known_devices_by_user ON known_devices (user_id);
CREATE INDEX known_devices_by_use ON known_devices (last_used_at);

CREATE TABLE email_tokens (
    token_key BYTEA NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('verify_email', 'reset_password')),
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX email_tokens_by_user ON email_tokens (user_id);
CREATE INDEX email_tokens_by_expiry ON email_tokens (expires_at);

-- Counters of failures and of mails, by the digest of what is counted (an account, an address, a device).
CREATE TABLE throttles (
    subject_key BYTEA NOT NULL PRIMARY KEY,
    hits INTEGER NOT NULL,
    window_started_at BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX throttles_by_expiry ON throttles (expires_at);

CREATE TABLE notifications (
    id BYTEA NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    object_id TEXT,
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    read_at BIGINT
);
CREATE INDEX notifications_by_user ON notifications (user_id, id);

-- To whoever reads the mail of an address, account or none, until it is delivered.
CREATE TABLE letters (
    id BYTEA NOT NULL PRIMARY KEY,
    email_key TEXT NOT NULL,
    address TEXT,
    wanted BOOLEAN NOT NULL,
    kind TEXT NOT NULL,
    object TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    mail TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX letters_by_time ON letters (created_at, id);

-- The catalog ----------------------------------------------------------------------------------------------------

CREATE TABLE scopes (
    name TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    opens TEXT NOT NULL,
    tier TEXT NOT NULL CHECK (tier IN ('open', 'verified')),
    position INTEGER NOT NULL
);

-- Clients: what a partner configures -------------------------------------------------------------------------------

CREATE TABLE images (
    digest BYTEA NOT NULL PRIMARY KEY,
    content BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE clients (
    id BYTEA NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    reviewed_name TEXT,
    logo_digest BYTEA REFERENCES images (digest),
    reviewed_logo_digest BYTEA REFERENCES images (digest),
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
);
CREATE INDEX clients_by_billing_owner ON clients (billing_owner);
CREATE INDEX clients_by_logo ON clients (logo_digest) WHERE logo_digest IS NOT NULL;
CREATE INDEX clients_by_reviewed_logo ON clients (reviewed_logo_digest) WHERE reviewed_logo_digest IS NOT NULL;

CREATE TABLE domains (
    id BYTEA NOT NULL PRIMARY KEY,
    client_id BYTEA NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    root_domain TEXT NOT NULL,
    internal_name TEXT,
    logo_digest BYTEA REFERENCES images (digest),
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
);
CREATE UNIQUE INDEX domains_one_primary ON domains (client_id) WHERE is_primary;
CREATE INDEX domains_by_check ON domains (ownership, ownership_failures, ownership_checked_at);
CREATE INDEX domains_by_logo ON domains (logo_digest) WHERE logo_digest IS NOT NULL;

CREATE TABLE domain_server_ips (
    domain_id BYTEA NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
    network TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (domain_id, network)
);

CREATE TABLE domain_urls (
    id BYTEA NOT NULL PRIMARY KEY,
    domain_id BYTEA NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('callback', 'webhook', 'logout')),
    url TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    sealed_secret BYTEA,
    sealed_old_secret BYTEA,
    old_secret_expires_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (domain_id, kind, url)
);

CREATE TABLE client_secrets (
    id BYTEA NOT NULL PRIMARY KEY,
    client_id BYTEA NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    label TEXT NOT NULL,
    digest BYTEA NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    expires_at BIGINT,
    leaked_at BIGINT,
    last_used_at BIGINT,
    last_used_from TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (client_id, label)
);

CREATE TABLE secret_links (
    secret_id BYTEA NOT NULL REFERENCES client_secrets (id) ON DELETE CASCADE,
    domain_id BYTEA NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (secret_id, domain_id)
);
CREATE INDEX secret_links_by_domain ON secret_links (domain_id);

CREATE TABLE client_scopes (
    client_id BYTEA NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    scope TEXT NOT NULL REFERENCES scopes (name),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (client_id, scope)
);

-- The organisation -------------------------------------------------------------------------------------------------

CREATE TABLE role_groups (
    client_id BYTEA NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (client_id, name)
);

-- A set of permissions is one value: `resource:action` joined by a space, read and written whole.
CREATE TABLE roles (
    id BYTEA NOT NULL PRIMARY KEY,
    client_id BYTEA NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
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
);

CREATE TABLE members (
    id BYTEA NOT NULL PRIMARY KEY,
    client_id BYTEA NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    user_id BIGINT REFERENCES users (id) ON DELETE CASCADE,
    subject BIGINT,
    email_key TEXT NOT NULL,
    role_id BYTEA NOT NULL REFERENCES roles (id),
    status TEXT NOT NULL CHECK (status IN ('invited', 'active')),
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (client_id, email_key)
);
CREATE UNIQUE INDEX members_one_per_user ON members (client_id, user_id);
CREATE INDEX members_by_user ON members (user_id);
CREATE INDEX members_by_role ON members (role_id);
CREATE INDEX members_by_end ON members (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX members_invited ON members (email_key) WHERE status = 'invited';

CREATE TABLE api_tokens (
    id BYTEA NOT NULL PRIMARY KEY,
    digest BYTEA NOT NULL UNIQUE,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id BYTEA REFERENCES clients (id) ON DELETE CASCADE,
    label TEXT NOT NULL,
    hint TEXT NOT NULL,
    permissions TEXT NOT NULL,
    expires_at BIGINT,
    suspended_at BIGINT,
    last_used_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX api_tokens_by_user ON api_tokens (user_id);
CREATE INDEX api_tokens_by_client ON api_tokens (client_id);

-- Between clients and people ---------------------------------------------------------------------------------------

-- A set of scopes is one value here, as in RFC 6749 §3.3: names joined by a space, read and written whole.
CREATE TABLE consents (
    id BYTEA NOT NULL PRIMARY KEY,
    client_id BYTEA NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE UNIQUE INDEX consents_one_live ON consents (client_id, user_id) WHERE ended_at IS NULL;
CREATE INDEX consents_by_user ON consents (user_id);

CREATE TABLE consent_domains (
    consent_id BYTEA NOT NULL REFERENCES consents (id) ON DELETE CASCADE,
    domain_id BYTEA NOT NULL,
    test_mode BOOLEAN NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (consent_id, domain_id)
);

CREATE TABLE client_users (
    client_id BYTEA NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    subject BIGINT NOT NULL,
    first_login_at BIGINT NOT NULL,
    last_login_at BIGINT NOT NULL,
    logins BIGINT NOT NULL,
    PRIMARY KEY (client_id, user_id),
    UNIQUE (client_id, subject)
);
CREATE INDEX client_users_by_user ON client_users (user_id);

CREATE TABLE client_user_domains (
    client_id BYTEA NOT NULL,
    user_id BIGINT NOT NULL,
    domain_id BYTEA NOT NULL,
    last_login_at BIGINT NOT NULL,
    PRIMARY KEY (client_id, user_id, domain_id),
    FOREIGN KEY (client_id, user_id) REFERENCES client_users (client_id, user_id) ON DELETE CASCADE
);

CREATE TABLE login_stats (
    client_id BYTEA NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    day BIGINT NOT NULL,
    dimension TEXT NOT NULL CHECK (dimension IN ('total', 'domain', 'scope')),
    name TEXT NOT NULL,
    logins BIGINT NOT NULL,
    users BIGINT NOT NULL,
    PRIMARY KEY (client_id, day, dimension, name)
);

-- Who has been counted on a day: kept for as long as the day may grow.
CREATE TABLE login_stat_users (
    client_id BYTEA NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    day BIGINT NOT NULL,
    dimension TEXT NOT NULL CHECK (dimension IN ('total', 'domain', 'scope')),
    name TEXT NOT NULL,
    user_id BIGINT NOT NULL,
    PRIMARY KEY (client_id, day, dimension, name, user_id)
);
CREATE INDEX login_stat_users_by_day ON login_stat_users (day);

CREATE TABLE requests (
    id BYTEA NOT NULL PRIMARY KEY,
    client_id BYTEA NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('access', 'test')),
    email_key TEXT NOT NULL,
    user_id BIGINT REFERENCES users (id) ON DELETE CASCADE,
    subject BIGINT,
    domain_id BYTEA REFERENCES domains (id) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    reason TEXT,
    status TEXT NOT NULL CHECK (status IN ('pending', 'accepted', 'declined', 'withdrawn')),
    delivered BOOLEAN NOT NULL,
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    decided_at BIGINT
);
CREATE UNIQUE INDEX requests_one_open ON requests (client_id, email_key, kind) WHERE status = 'pending';
CREATE INDEX requests_by_person ON requests (client_id, user_id);
CREATE INDEX requests_by_user ON requests (user_id);
CREATE INDEX requests_by_client ON requests (client_id, id);
CREATE INDEX requests_waiting ON requests (email_key) WHERE status = 'pending';

CREATE TABLE client_blocks (
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id BYTEA NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, client_id)
);

CREATE TABLE verifications (
    id BYTEA NOT NULL PRIMARY KEY,
    client_id BYTEA NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
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
);
CREATE UNIQUE INDEX verifications_one_pending ON verifications (client_id) WHERE status = 'pending';
CREATE INDEX verifications_by_client ON verifications (client_id);
CREATE INDEX verifications_by_status ON verifications (status, id);
CREATE INDEX verifications_by_end ON verifications (expires_at);

CREATE TABLE verification_items (
    verification_id BYTEA NOT NULL REFERENCES verifications (id) ON DELETE CASCADE,
    domain_id BYTEA NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
    scope TEXT NOT NULL REFERENCES scopes (name),
    status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'rejected')),
    reason TEXT,
    PRIMARY KEY (verification_id, domain_id, scope)
);
CREATE INDEX verification_items_by_domain ON verification_items (domain_id);

-- Logins in progress and what they give ----------------------------------------------------------------------------
-- These rows are written at every login, so they carry no foreign keys: each reader asks for the facts that decide. And
-- no index that another column makes up for: a key begins with its time, so what is old stands first.

-- A flow that has ended is deleted. Each index below counts what one caller has begun.
CREATE TABLE flows (
    id BYTEA NOT NULL PRIMARY KEY,
    browser_key BYTEA,
    network_key BYTEA,
    kind TEXT NOT NULL CHECK (kind IN ('authorize', 'native', 'logout')),
    sign_token_key BYTEA UNIQUE,
    client_id BYTEA,
    domain_id BYTEA,
    request TEXT NOT NULL,
    decision TEXT CHECK (decision IN ('allowed', 'denied')),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX flows_by_expiry ON flows (expires_at);
CREATE INDEX flows_by_browser ON flows (browser_key, expires_at) WHERE browser_key IS NOT NULL;
CREATE INDEX flows_by_network ON flows (network_key, expires_at) WHERE network_key IS NOT NULL;
CREATE INDEX flows_by_client ON flows (client_id, expires_at) WHERE sign_token_key IS NOT NULL;

CREATE TABLE grants (
    id BYTEA NOT NULL PRIMARY KEY,
    client_id BYTEA NOT NULL,
    domain_id BYTEA NOT NULL,
    user_id BIGINT NOT NULL,
    consent_id BYTEA NOT NULL,
    subject BIGINT NOT NULL,
    session_id BYTEA NOT NULL,
    scope TEXT NOT NULL,
    authenticated_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX grants_by_user ON grants (user_id, client_id);
CREATE INDEX grants_by_expiry ON grants (expires_at);

CREATE TABLE codes (
    code_key BYTEA NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('authorization', 'callback')),
    grant_id BYTEA NOT NULL,
    client_id BYTEA NOT NULL,
    domain_id BYTEA NOT NULL,
    redirect_uri TEXT NOT NULL,
    code_challenge TEXT,
    nonce TEXT,
    wrong_tries INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE TABLE refresh_tokens (
    token_key BYTEA NOT NULL PRIMARY KEY,
    grant_id BYTEA NOT NULL,
    parent_key BYTEA,
    request_digest BYTEA,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE TABLE revoked_tokens (
    jti TEXT NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX revoked_tokens_by_expiry ON revoked_tokens (expires_at);
