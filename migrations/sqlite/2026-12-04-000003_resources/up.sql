-- Addresses of resource servers among the URLs of domains, and for which of them a login was asked.

ALTER TABLE grants ADD COLUMN resources TEXT NOT NULL DEFAULT '';

-- SQLite changes a check only by writing the table's text anew. What is stored stays as it is.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
    SET sql = replace(sql, '(''callback'', ''webhook'', ''logout'')', '(''callback'', ''webhook'', ''logout'', ''api'', ''backchannel_logout'')')
    WHERE type = 'table' AND name = 'domain_urls';
PRAGMA writable_schema = RESET;
