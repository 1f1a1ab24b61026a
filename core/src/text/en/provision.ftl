# Provisioning files
too_long-file = A provisioning file has at most { $max } MiB.
malformed-toml = This is no TOML: { $why }
unknown_field-key = There is no key “{ $key }” here. There are: { $known }.
not_a_list-tables = Give a list of tables.
not_an_object-table = Give a table.
duplicate-item = “{ $text }” is in this list already.
duplicate-entry = This is in the file already: { $entry }.
required-owner = Say whose this new client is.
no_account-owner = There is no account { $email }. Add it to the users of the file.
ambiguous = This account has several clients of this name. Give the id of the one that is meant.
other_owner = This client belongs to another account, and a file hands none over.
deleted = The client of this id was deleted, and no id is used again.
plan_required = This account’s plan entitles to no further client.
plan_required-lapsed = The plan of { $owner } does not entitle to clients now: this one can be read, but not changed.
