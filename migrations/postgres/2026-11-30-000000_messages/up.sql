-- What people are told is kept as a message with its arguments and drawn in the language of its reader. What was told
-- before stays as it was written.

ALTER TABLE notifications ADD COLUMN message TEXT NOT NULL DEFAULT '';
UPDATE notifications SET message = json_build_object('id', 'plain', 'args', json_build_object('text', text))::text;
ALTER TABLE notifications DROP COLUMN text;

ALTER TABLE letters ADD COLUMN about TEXT NOT NULL DEFAULT '';
ALTER TABLE letters ADD COLUMN message TEXT NOT NULL DEFAULT '';
-- A name gives way to what stands for it in a mail; so does an old letter, whose text on pages has the address of a page.
UPDATE letters SET
    about = json_build_object('id', 'plain', 'args', json_build_object('text', subject))::text,
    message = json_build_object('id', 'plain', 'args', json_build_object('text', json_build_object('name', text, 'instead', mail)))::text;
ALTER TABLE letters DROP COLUMN subject;
ALTER TABLE letters DROP COLUMN text;
ALTER TABLE letters DROP COLUMN mail;
