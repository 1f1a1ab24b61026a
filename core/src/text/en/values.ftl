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
