-- Whether a login that names no scope asks for this one: unless somebody says otherwise, for all but reserved ones.

ALTER TABLE client_scopes ADD COLUMN at_login BOOLEAN NOT NULL DEFAULT true;
UPDATE client_scopes SET at_login = false WHERE scope IN (SELECT name FROM scopes WHERE tier = 'verified');
ALTER TABLE client_scopes ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
UPDATE client_scopes SET updated_at = created_at;
