-- Which way logins went: the callback URL they ended at, and the secret their codes were redeemed with. Kept for 30 days, to say
-- what hangs on a URL or a secret before it is switched off.

ALTER TABLE grants ADD COLUMN url_id BLOB;
ALTER TABLE codes ADD COLUMN secret_id BLOB;

CREATE TABLE login_ways (
    client_id BLOB NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    day BIGINT NOT NULL,
    way TEXT NOT NULL CHECK (way IN ('url', 'secret')),
    name TEXT NOT NULL,
    logins BIGINT NOT NULL,
    PRIMARY KEY (client_id, day, way, name)
) WITHOUT ROWID;
CREATE INDEX login_ways_by_day ON login_ways (day);
