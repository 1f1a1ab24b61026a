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

# Times, people, roles and passwords
malformed-time = Geben Sie eine Zeit an, wie RFC 3339 sie schreibt, zum Beispiel 2030-01-31T12:00:00Z.
past = Geben Sie eine Zeit in der Zukunft an.
range = Geben Sie eine ganze Zahl von { $min } bis { $max } an.
malformed-sub = Geben Sie die sub eines Ihrer Benutzer an: 13 bis 16 Ziffern.
malformed-role_key = Geben Sie 1 bis { $max } Kleinbuchstaben, Ziffern, Bindestriche oder Unterstriche an.
malformed-email = Geben Sie eine E-Mail-Adresse wie ada@engines.example an.
too_long-email = Geben Sie eine Adresse von höchstens { $max } Bytes an.
too_short-password = Geben Sie ein Passwort von mindestens { $min } Zeichen an.
too_long-password = Geben Sie ein Passwort von höchstens 1.024 Bytes an.
common = Dies gehört zu den Passwörtern, die zuerst probiert werden. Geben Sie ein längeres, weniger übliches an.
context = Dies ist wenig mehr als Ihr Name, Ihre Adresse oder unser Name. Geben Sie eines an, das nichts über Sie sagt.
malformed-date = Geben Sie ein Datum wie 1815-12-10 an.
malformed-country = Geben Sie zwei Großbuchstaben an, wie in ISO 3166-1: GB.
malformed-locale = Geben Sie ein Sprachkürzel wie en-GB an.
malformed-zoneinfo = Geben Sie den Namen einer Zeitzone wie Europe/London an.
malformed-phone = Geben Sie eine Nummer mit Ländervorwahl an, zum Beispiel +442071234567.
