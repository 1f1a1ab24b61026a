# values
unknown_field = Zo'n veld is er niet.
required = Dit kan niet worden weggelaten.
unknown_value = Geef een van { $choices }.
malformed-member = Geef een waarde in de vorm die het document noemt.
not_a_boolean = Geef true of false.
not_an_integer = Geef een geheel getal.
not_a_list = Geef een lijst.
not_an_object = Geef een object.
not_a_string = Geef tekst.
not_an_id = Geef een id van de vorm { $prefix }_ en 26 tekens.
too_short = Geef minstens één zichtbaar teken.
too_long = Geef hoogstens { $max } tekens.
character-lines = Geef tekst zonder stuurtekens en zonder tekens die de schrijfrichting veranderen.

# Times, people, roles and passwords
malformed-time = Geef een tijd zoals RFC 3339 die schrijft, bijvoorbeeld 2030-01-31T12:00:00Z.
past = Geef een tijd in de toekomst.
range = Geef een geheel getal van { $min } tot en met { $max }.
malformed-sub = Geef de sub van een van je gebruikers: 13 tot 16 cijfers.
malformed-role_key = Geef 1 tot { $max } kleine letters, cijfers, koppeltekens of onderstrepingstekens.
malformed-email = Geef een e-mailadres zoals ada@engines.example.
too_long-email = Geef een adres van hoogstens { $max } bytes.
too_short-password = Geef een wachtwoord van ten minste { $min } tekens.
too_long-password = Geef een wachtwoord van hoogstens 1.024 bytes.
common = Dit is een van de wachtwoorden die het eerst worden geprobeerd. Geef een langer, minder gewoon wachtwoord.
context = Dit is weinig meer dan je naam, je adres of onze naam. Geef een wachtwoord dat niets over jou zegt.
malformed-date = Geef een datum zoals 1815-12-10.
malformed-country = Geef twee hoofdletters, zoals in ISO 3166-1: GB.
malformed-locale = Geef een taalcode zoals en-GB.
malformed-zoneinfo = Geef de naam van een tijdzone zoals Europe/London.
malformed-phone = Geef een nummer met landcode, zoals +442071234567.
