# values
unknown_field = There is no such member to set.
required = It can't be left out.
unknown_value = Give one of { $choices }.
malformed-member = Give a value of the form that the document says.
not_a_boolean = Give true or false.
not_an_integer = Give a whole number.
not_a_list = Give a list.
not_an_object = Give an object.
not_a_string = Give text.
not_an_id = Give an id of the form { $prefix }_ and 26 characters.
too_short = Give at least one visible character.
too_long = Give at most { $max } characters.
character-lines = Give text without control characters and without marks that turn its direction.

# Times, people, roles and passwords
malformed-time = Give a time as RFC 3339 writes it, such as 2030-01-31T12:00:00Z.
past = Give a time that is yet to come.
range = Give a whole number from { $min } to { $max }.
malformed-sub = Give the sub of one of your users: 13 to 16 digits.
malformed-role_key = Give 1 to { $max } lower-case letters, digits, hyphens or underscores.
malformed-email = Give an email address such as ada@engines.example.
too_long-email = Give an address of at most { $max } bytes.
too_short-password = Give a password of at least { $min } characters.
too_long-password = Give a password of at most 1,024 bytes.
common = This is among the passwords tried first. Give a longer, less usual one.
context = This is little more than your name, your address or ours. Give one that says nothing about you.
malformed-date = Give a date such as 1815-12-10.
malformed-country = Give two capital letters, as in ISO 3166-1: GB.
malformed-locale = Give a language tag such as en-GB.
malformed-zoneinfo = Give the name of a time zone such as Europe/London.
malformed-phone = Give a number with its country, such as +442071234567.
