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
