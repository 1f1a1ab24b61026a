-- What people are told is kept as a message with its arguments and drawn in the language of its reader. What was told
-- before stays as it was written.

ALTER TABLE notifications ADD COLUMN message TEXT NOT NULL DEFAULT '';
UPDATE notifications SET message = json_object('id', 'plain', 'args', json_object('text', text));
ALTER TABLE notifications DROP COLUMN text;

ALTER TABLE letters ADD COLUMN about TEXT NOT NULL DEFAULT '';
ALTER TABLE letters ADD COLUMN message TEXT NOT NULL DEFAULT '';
-- A name gives way to what stands for it in a mail; so does an old letter, whose text on pages has the address of a page.
UPDATE letters SET
    about = json_object('id', 'plain', 'args', json_object('text', subject)),
    message = json_object('id', 'plain', 'args', json_object('text', json_object('name', text, 'instead', mail)));
ALTER TABLE letters DROP COLUMN subject;
ALTER TABLE letters DROP COLUMN text;
ALTER TABLE letters DROP COLUMN mail;
