# What the pages of the account say.
menu_theme = Thema
menu_theme-auto = Zoals je apparaat
menu_theme-light = Licht
menu_theme-dark = Donker
menu_language = Taal
menu_apply = Toepassen
language_english = English
language_dutch = Nederlands
language_german = Deutsch
home_waits = Wat op je wacht
home_waits-nothing = Er wacht niets op je.
home_waits-invitations = { $count ->
    [one] Eén uitnodiging wacht op je antwoord
   *[other] { $count } uitnodigingen wachten op je antwoord
 }
home_waits-requests = { $count ->
    [one] Eén verzoek wacht op je antwoord
   *[other] { $count } verzoeken wachten op je antwoord
 }
home_waits-unread = { $count ->
    [one] Eén ongelezen melding
   *[other] { $count } ongelezen meldingen
 }
home_standing = Je account
home_signed_in = Je logde in
home_apps = { $count ->
    [0] Je deelt niets met een site
    [one] Eén site
   *[other] { $count } sites
 }
general_purpose = Wat sites hiervan te weten komen, bepaal jij: elke site vraagt het eerst.
general_email-verified = Bevestigd
general_email-unverified = Nog niet bevestigd
general_locale-auto = Zoals de browser vraagt
field_locale = Taal
field_locale-hint = Van onze pagina’s en mails. Sites kunnen het ook te horen krijgen.
field_zoneinfo = Tijdzone
field_zoneinfo-hint = Met haar naam, zoals Europe/Amsterdam.
security_purpose = Wat je account van jou houdt.
security_tokens = API-tokens van je account
security_password-title = Wachtwoord wijzigen
security_password-now = Je huidige wachtwoord
security_password-ends = Met een nieuw wachtwoord word je overal uitgelogd behalve hier, vragen sites je opnieuw in te loggen en eindigen de API-tokens van je account.
security_password-done = Je wachtwoord is gewijzigd. Je bent overal uitgelogd behalve hier.
wrong_password = Dit is niet je wachtwoord. Geef het wachtwoord waarmee je inlogt.
required-password = Je bent al een tijd ingelogd. Geef je wachtwoord om verder te gaan; al het andere blijft staan.
confirm_title = Ben jij het?
confirm_purpose = Je staat op het punt iets belangrijks te doen. Geef je wachtwoord nog een keer.
confirm_go_on = Verdergaan
sessions_purpose = Waar je bent ingelogd. Beëindig wat je niet herkent en wijzig dan je wachtwoord.
sessions_caption = Sessies, nieuwste eerst
sessions_browser = Browser
sessions_browser-on = { $browser } op { $system }
sessions_browser-alone = { $name }
sessions_browser-unknown = Een browser die niet zegt wat hij is
sessions_address = Adres
sessions_signed_in = Ingelogd
sessions_ends = Eindigt
sessions_action = Wat je kunt doen
sessions_this = Deze browser
sessions_end = Beëindigen
sessions_end_others = Alle andere beëindigen
sessions_done-others = Beëindigd. Je bent alleen hier ingelogd.
sessions_count = { $count ->
    [one] Alleen hier ingelogd
   *[other] Ingelogd in { $count } browsers
 }
apps_end-title = Niet meer delen met { $name }?
apps_end-purpose = De site logt je uit en komt niets meer te weten. Wat ze al wist, houdt ze. Als je er weer inlogt, vragen we het je opnieuw.
apps_end-shared = Je deelt
apps_end-since = Sinds
apps_end-last = Laatste login
plan_purpose = Wat je account mag, en wat ervan afhangt.
plan_name = Abonnement
plan_name-free = Gratis
plan_name-paid = Betaald
plan_until = Tot
plan_until-for_good = geen einde
plan_count = Clients
plan_count-of = { $count } van { $most } clients
plan_count-none = Het bevat geen eigen clients
plan_clients = Hangen ervan af
plan_clients-none = geen
plan_stats = Statistieken
plan_stats-advanced = Per domein en scope, van elke tijd, en als bestand
plan_stats-basic = Logins en gebruikers van de laatste 30 dagen
plan_lapsed = Je abonnement is afgelopen. Je clients kun je bekijken, uitschakelen en verwijderen; al het andere wacht op een abonnement.
plan_change = Wie deze XWMS beheert, wijzigt abonnementen.
account_tokens-purpose = Met een token gebruiken je programma’s de beheer-API namens jou, voor zover het dat toestaat.
account_tokens-none = Nog geen API-tokens. Met een token gebruiken je programma’s de beheer-API namens jou.
account_tokens-new = Nieuw API-token
account_tokens-caption = API-tokens, oudste eerst
account_tokens-permissions = Rechten
account_tokens-permissions_hint = In elke client mag het niet meer dan je eigen rol daar.
account_tokens-used = Laatst gebruikt
account_tokens-action = Wat je kunt doen
account_tokens-label_hint = Leeg: API token
account_tokens-made = Je API-token
account_tokens-made_before = Dit is al gemaakt, en de waarde is toen getoond. Ben je die kwijt, verwijder het dan en maak een ander.
account_tokens-next = Stuur het als Authorization: Bearer naar de beheer-API. Bewaar het zoals een wachtwoord.
account_tokens-delete = { $label } verwijderen?
account_tokens-ends = Programma’s die het gebruiken, worden vanaf dat moment geweigerd.
unknown_value-theme = Geef auto, light of dark.
field_birth_date = Geboortedatum
field_gender = Geslacht
field_gender-hint = In je eigen woorden.
field_country = Land
field_country-hint = De twee letters ervan, zoals NL.
field_phone_number = Telefoonnummer
field_phone_number-hint = Met het landnummer, zoals +31612345678.
