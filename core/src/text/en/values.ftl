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

# Times, lists and numbers
malformed-time = Give a time as RFC 3339 writes it, such as 2030-01-31T12:00:00Z.
past = Give a time that is yet to come.
range = Give a whole number from { $min } to { $max }.
too_long-kibibytes = Give at most { $max } KiB of text.
character-line = Give one line without control characters and without marks that turn the direction of text.
# Root domains and addresses of servers
malformed-root_domain = Give a name alone, such as engines.example, without scheme, port, path or wildcard.
ip_address = Give a name such as engines.example, not an address.
localhost = Give the public name of the site. In test mode, localhost URLs can be added to it.
public_suffix = Many unrelated people have names under { $name }. Give your own, such as engines.{ $name }.
single_label = Give a name of at least two labels, such as engines.example.
special_use = Give a name that the public can reach. Names such as .local and .internal are for test mode.
malformed-server_ip = Give an address such as 192.0.2.7 or a network such as 2001:db8::/32.
everyone = Leave the list empty to allow every address.
too_many-server_ips = Give at most { $max } addresses and networks.
# URLs
noun-callback = A callback URL
noun-webhook = A webhook URL
noun-logout = A logout URL
noun-fallback = A fallback URI
noun-link = A link
scheme = { $noun } begins with https://.
scheme-test = { $noun } begins with https:// or, in test mode, http://.
fragment = { $noun } has no fragment (#).
wildcard = { $noun } is written out: wildcards (*) are not supported.
character-url = { $noun } has only the characters of RFC 3986. Write others percent-encoded, and a host in A-labels (xn--).
host-missing = { $noun } has two slashes and a host after its scheme.
host-ambiguous = { $noun } has a host that every browser reads alike: a plain name without a final dot.
host-local = { $noun } on this machine is for test mode. Give one on { $root } or below it.
host-elsewhere = { $noun } has { $root } or a name below it as its host.
host-private = A link leads to a public name, such as engines.example.
userinfo = { $noun } has no user name or password (@).
port = { $noun } has a port between 1 and 65535, or none.
dot_segment = { $noun } has no . or .. in its path.
issuer = A fallback URI leads to your site, not back to XWMS.
# Times, people, roles and passwords
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
host-app = A callback for an app is the root domain reversed, a colon and a path that begins with one slash, such as nl.xwms:/cb.
noun-api = An API URL
