-- What was sent with a refused attempt, as far as it helps to find the mistake.

ALTER TABLE attempts ADD COLUMN detail TEXT;
ALTER TABLE attempts ADD COLUMN address TEXT;
ALTER TABLE attempts ADD COLUMN redirect_uri TEXT;
ALTER TABLE attempts ADD COLUMN scope TEXT;
