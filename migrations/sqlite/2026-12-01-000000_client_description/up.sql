-- What a client is for, as its team and the staff read it.

ALTER TABLE clients ADD COLUMN description TEXT;
