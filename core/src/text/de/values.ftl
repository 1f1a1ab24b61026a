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

# Times, lists and numbers
malformed-time = Geben Sie eine Zeit an, wie RFC 3339 sie schreibt, zum Beispiel 2030-01-31T12:00:00Z.
past = Geben Sie eine Zeit in der Zukunft an.
range = Geben Sie eine ganze Zahl von { $min } bis { $max } an.
too_long-kibibytes = Geben Sie höchstens { $max } KiB Text an.
character-line = Geben Sie eine Zeile ohne Steuerzeichen und ohne Zeichen an, die die Schreibrichtung ändern.
# Root domains and addresses of servers
malformed-root_domain = Geben Sie nur einen Namen wie engines.example an, ohne Schema, Port, Pfad oder Platzhalter.
ip_address = Geben Sie einen Namen wie engines.example an, keine Adresse.
localhost = Geben Sie den öffentlichen Namen der Website an. Im Testmodus lassen sich localhost-URLs hinzufügen.
public_suffix = Viele Fremde haben Namen unter { $name }. Geben Sie Ihren eigenen an, zum Beispiel engines.{ $name }.
single_label = Geben Sie einen Namen aus mindestens zwei Teilen an, zum Beispiel engines.example.
special_use = Geben Sie einen Namen an, den die Öffentlichkeit erreicht. Namen wie .local und .internal sind für den Testmodus.
malformed-server_ip = Geben Sie eine Adresse wie 192.0.2.7 oder ein Netz wie 2001:db8::/32 an.
everyone = Lassen Sie die Liste leer, um jede Adresse zu erlauben.
too_many-server_ips = Geben Sie höchstens { $max } Adressen und Netze an.
# URLs
noun-callback = Eine Callback-URL
noun-webhook = Eine Webhook-URL
noun-logout = Eine Logout-URL
noun-fallback = Eine Ersatz-URI
noun-link = Ein Link
scheme = { $noun } beginnt mit https://.
scheme-test = { $noun } beginnt mit https:// oder, im Testmodus, mit http://.
fragment = { $noun } hat kein Fragment (#).
wildcard = { $noun } ist ausgeschrieben: Platzhalter (*) werden nicht unterstützt.
character-url = { $noun } besteht nur aus den Zeichen von RFC 3986. Schreiben Sie andere prozentkodiert und einen Host in A-Labels (xn--).
host-missing = { $noun } hat nach dem Schema zwei Schrägstriche und einen Host.
host-ambiguous = { $noun } hat einen Host, den jeder Browser gleich liest: einen einfachen Namen ohne Punkt am Ende.
host-local = { $noun } auf diesem Rechner ist für den Testmodus. Geben Sie eine Adresse auf { $root } oder darunter an.
host-elsewhere = { $noun } hat { $root } oder einen Namen darunter als Host.
host-private = Ein Link führt zu einem öffentlichen Namen wie engines.example.
userinfo = { $noun } hat keinen Benutzernamen und kein Passwort (@).
port = { $noun } hat einen Port zwischen 1 und 65535 oder keinen.
dot_segment = { $noun } hat weder . noch .. im Pfad.
issuer = Eine Ersatz-URI führt zu Ihrer Website, nicht zurück zu XWMS.

# Times, people, roles and passwords
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
host-app = Ein Callback für eine App ist die Root-Domain umgekehrt, ein Doppelpunkt und ein Pfad, der mit einem Schrägstrich beginnt, etwa nl.xwms:/cb.
noun-api = Eine API-URL
