-- What a delivery needs to be looked for and tried: whose it is and of what, how often it was tried, when it is given up.
ALTER TABLE deliveries ADD COLUMN client_id BLOB;
ALTER TABLE deliveries ADD COLUMN event TEXT NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN gives_up_at BIGINT NOT NULL DEFAULT 0;
UPDATE deliveries SET
    client_id = (SELECT client_id FROM outbox WHERE outbox.id = outbox_id),
    event = (SELECT event FROM outbox WHERE outbox.id = outbox_id),
    tries = (SELECT COUNT(*) FROM delivery_tries WHERE delivery_id = deliveries.id),
    failures = (SELECT COUNT(*) FROM delivery_tries WHERE delivery_id = deliveries.id),
    gives_up_at = created_at + 86400000;
DROP INDEX deliveries_due;
DROP INDEX deliveries_by_url;
CREATE INDEX deliveries_due ON deliveries (url_id, next_try_at) WHERE status = 'waiting';
CREATE INDEX deliveries_by_url ON deliveries (url_id, id);
CREATE INDEX deliveries_by_client ON deliveries (client_id, id);
CREATE INDEX deliveries_parked ON deliveries (client_id, id) WHERE status = 'parked';
CREATE INDEX outbox_by_time ON outbox (created_at);

-- Why a try failed, where the answer's status does not say.
ALTER TABLE delivery_tries ADD COLUMN cause TEXT;

-- When a webhook URL has something to be tried next, and until when some server works for it.
CREATE TABLE webhook_queues (
    url_id BLOB NOT NULL PRIMARY KEY REFERENCES domain_urls (id) ON DELETE CASCADE,
    due_at BIGINT,
    leased_until BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX webhook_queues_due ON webhook_queues (due_at) WHERE due_at IS NOT NULL;
INSERT INTO webhook_queues (url_id, due_at, leased_until)
SELECT url_id, MIN(next_try_at), 0 FROM deliveries WHERE status = 'waiting' GROUP BY url_id;

-- How many days before its end a secret's partner was last told of it.
ALTER TABLE client_secrets ADD COLUMN noticed_days INTEGER;
CREATE INDEX client_secrets_ending ON client_secrets (expires_at) WHERE expires_at IS NOT NULL;
