-- Clients that can keep no secret, the origins that their pages call from, and in which browsers people agreed to their apps.

ALTER TABLE clients ADD COLUMN client_type TEXT NOT NULL DEFAULT 'confidential'
    CHECK (client_type IN ('confidential', 'public'));

CREATE TABLE callback_origins (
    origin TEXT NOT NULL,
    url_id BYTEA NOT NULL REFERENCES domain_urls (id) ON DELETE CASCADE,
    PRIMARY KEY (origin, url_id)
);
CREATE INDEX callback_origins_by_url ON callback_origins (url_id);

CREATE TABLE consent_sessions (
    consent_id BYTEA NOT NULL REFERENCES consents (id) ON DELETE CASCADE,
    session_id BYTEA NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    PRIMARY KEY (consent_id, session_id)
);
CREATE INDEX consent_sessions_by_session ON consent_sessions (session_id);
