-- Addresses of resource servers among the URLs of domains, and for which of them a login was asked.

ALTER TABLE grants ADD COLUMN resources TEXT NOT NULL DEFAULT '';

ALTER TABLE domain_urls DROP CONSTRAINT domain_urls_kind_check;
ALTER TABLE domain_urls ADD CONSTRAINT domain_urls_kind_check
    CHECK (kind IN ('callback', 'webhook', 'logout', 'api', 'backchannel_logout'));
