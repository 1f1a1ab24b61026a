-- The platform -----------------------------------------------------------------------------------------------------

CREATE TABLE signing_keys (
    kid TEXT NOT NULL PRIMARY KEY,
    alg TEXT NOT NULL CHECK (alg IN ('ES256', 'RS256')),
    state TEXT NOT NULL CHECK (state IN ('next', 'current', 'retired')),
    public_jwk TEXT NOT NULL,
    sealed_private_key BYTEA NOT NULL,
    published_at BIGINT NOT NULL,
    signs_from BIGINT,
    retired_at BIGINT
);
CREATE UNIQUE INDEX signing_keys_one_current ON signing_keys (alg) WHERE state = 'current';
CREATE UNIQUE INDEX signing_keys_one_next ON signing_keys (alg) WHERE state = 'next';

CREATE TABLE attempts (
    id BYTEA NOT NULL PRIMARY KEY,
    client_id BYTEA NOT NULL,
    domain_id BYTEA,
    reason TEXT NOT NULL,
    reference TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX attempts_by_client ON attempts (client_id, id);
CREATE INDEX attempts_by_time ON attempts (at);

CREATE TABLE audit_entries (
    id BYTEA NOT NULL PRIMARY KEY,
    client_id BYTEA,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    address TEXT NOT NULL,
    before TEXT,
    after TEXT,
    at BIGINT NOT NULL,
    digest BYTEA NOT NULL
);
CREATE INDEX audit_entries_by_client ON audit_entries (client_id, id);

CREATE TABLE audit_seals (
    number BIGINT NOT NULL PRIMARY KEY,
    seal BYTEA NOT NULL,
    at BIGINT NOT NULL
);

-- Entries that no seal has yet: written with the entry, so that the sealer finds whatever was committed since, however
-- long its transaction took, without looking at the log itself.
CREATE TABLE audit_unsealed (
    entry_id BYTEA NOT NULL PRIMARY KEY
);

CREATE TABLE audit_seal_entries (
    entry_id BYTEA NOT NULL PRIMARY KEY REFERENCES audit_entries (id),
    seal_number BIGINT NOT NULL REFERENCES audit_seals (number)
);
CREATE INDEX audit_seal_entries_by_seal ON audit_seal_entries (seal_number);

CREATE TABLE outbox (
    id BYTEA NOT NULL PRIMARY KEY,
    client_id BYTEA NOT NULL,
    domain_id BYTEA,
    event TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expanded_at BIGINT
);
CREATE INDEX outbox_waiting ON outbox (created_at) WHERE expanded_at IS NULL;

CREATE TABLE deliveries (
    id BYTEA NOT NULL PRIMARY KEY,
    outbox_id BYTEA NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
    url_id BYTEA NOT NULL REFERENCES domain_urls (id) ON DELETE CASCADE,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'delivered', 'parked')),
    next_try_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX deliveries_due ON deliveries (next_try_at) WHERE status = 'waiting';
CREATE INDEX deliveries_by_url ON deliveries (url_id);
CREATE INDEX deliveries_by_event ON deliveries (outbox_id);

CREATE TABLE delivery_tries (
    delivery_id BYTEA NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    at BIGINT NOT NULL,
    status INTEGER,
    milliseconds BIGINT NOT NULL,
    PRIMARY KEY (delivery_id, number)
);

-- How far a job has come that works through rows in the order of their ids.
CREATE TABLE job_positions (
    job TEXT NOT NULL PRIMARY KEY,
    position BYTEA NOT NULL
);

CREATE TABLE idempotency_keys (
    key_digest BYTEA NOT NULL PRIMARY KEY,
    body_digest BYTEA NOT NULL,
    status INTEGER,
    answer TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);

-- The catalog at first start; staff change it later.
INSERT INTO scopes (name, title, description, opens, tier, position) VALUES
    ('openid', 'Sign-in', 'Know who you are at this site: a stable number, no name.', 'sub', 'open', 1),
    ('profile', 'Name and picture', 'See your name, picture, language and time zone.', 'name given_name family_name picture locale zoneinfo updated_at', 'open', 2),
    ('email', 'Email address', 'See your email address and whether it is verified.', 'email email_verified', 'open', 3),
    ('offline_access', 'Stay connected', 'Stay connected while you are away, until you end it.', 'refresh tokens', 'open', 4),
    ('providers', 'Sign-in providers', 'See which sign-in providers you have linked.', 'providers', 'open', 5),
    ('userinfo', 'Personal details', 'See your birth date, gender, second email, country and social profiles.', 'birth_date gender second_email country socials', 'verified', 6),
    ('useraddresses', 'Your addresses', 'View, add, change and delete your addresses.', 'addresses', 'verified', 7),
    ('address', 'Postal address', 'See your postal address.', 'address', 'verified', 8),
    ('phone', 'Phone number', 'See your phone number and whether it is verified.', 'phone_number phone_number_verified', 'verified', 9);
