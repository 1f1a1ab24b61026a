# values
unknown_field = Ein solches Feld gibt es nicht.
required = Diese Angabe kann nicht fehlen.
unknown_value = Geben Sie eines von { $choices } an.
malformed-member = Geben Sie einen Wert in der Form an, die das Dokument nennt.
not_a_boolean = Geben Sie true oder false an.
not_an_integer = Geben Sie eine ganze Zahl an.
not_a_list = Geben Sie eine Liste an.
not_an_object = Geben Sie ein Objekt an.
not_a_string = Geben Sie Text an.
not_an_id = Geben Sie eine Id der Form { $prefix }_ und 26 Zeichen an.
too_short = Geben Sie mindestens ein sichtbares Zeichen an.
too_long = Geben Sie höchstens { $max } Zeichen an.
character-lines = Geben Sie Text ohne Steuerzeichen und ohne Zeichen an, die die Schreibrichtung ändern.
