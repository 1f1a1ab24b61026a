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

# Times, lists and numbers
malformed-time = Geef een tijd zoals RFC 3339 die schrijft, bijvoorbeeld 2030-01-31T12:00:00Z.
past = Geef een tijd in de toekomst.
range = Geef een geheel getal van { $min } tot en met { $max }.
too_long-kibibytes = Geef hoogstens { $max } KiB tekst.
character-line = Geef één regel zonder besturingstekens en zonder tekens die de leesrichting veranderen.
# Root domains and addresses of servers
malformed-root_domain = Geef alleen een naam, zoals engines.example, zonder schema, poort, pad of wildcard.
ip_address = Geef een naam zoals engines.example, geen adres.
localhost = Geef de openbare naam van de site. In de testmodus kunnen er localhost-URL's aan worden toegevoegd.
public_suffix = Veel mensen die niets met elkaar te maken hebben, hebben een naam onder { $name }. Geef je eigen naam, zoals engines.{ $name }.
single_label = Geef een naam van ten minste twee delen, zoals engines.example.
special_use = Geef een naam die het publiek kan bereiken. Namen als .local en .internal zijn voor de testmodus.
malformed-server_ip = Geef een adres zoals 192.0.2.7 of een netwerk zoals 2001:db8::/32.
everyone = Laat de lijst leeg om elk adres toe te staan.
too_many-server_ips = Geef hoogstens { $max } adressen en netwerken.
# URLs
noun-callback = Een callback-URL
noun-webhook = Een webhook-URL
noun-logout = Een uitlog-URL
noun-fallback = Een terugval-URI
noun-link = Een link
scheme = { $noun } begint met https://.
scheme-test = { $noun } begint met https:// of, in de testmodus, met http://.
fragment = { $noun } heeft geen fragment (#).
wildcard = { $noun } is voluit geschreven: wildcards (*) worden niet ondersteund.
character-url = { $noun } bestaat alleen uit tekens van RFC 3986. Schrijf andere tekens procentgecodeerd, en een host in A-labels (xn--).
host-missing = { $noun } heeft na het schema twee schuine strepen en een host.
host-ambiguous = { $noun } heeft een host die elke browser hetzelfde leest: een gewone naam zonder punt aan het eind.
host-local = { $noun } op deze computer is voor de testmodus. Geef er een op { $root } of daaronder.
host-elsewhere = { $noun } heeft { $root } of een naam daaronder als host.
host-private = Een link leidt naar een openbare naam, zoals engines.example.
userinfo = { $noun } heeft geen gebruikersnaam of wachtwoord (@).
port = { $noun } heeft een poort van 1 tot en met 65535, of geen.
dot_segment = { $noun } heeft geen . of .. in het pad.
issuer = Een terugval-URI leidt naar je eigen site, niet terug naar XWMS.

# Times, people, roles and passwords
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
host-app = Een callback voor een app is het hoofddomein omgekeerd, een dubbele punt en een pad dat met één schuine streep begint, zoals nl.xwms:/cb.
noun-api = Een API-URL
