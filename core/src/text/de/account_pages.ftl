# What the pages of the account say.
menu_theme = Design
menu_theme-auto = Wie Ihr Gerät
menu_theme-light = Hell
menu_theme-dark = Dunkel
menu_language = Sprache
menu_apply = Anwenden
language_english = English
language_dutch = Nederlands
language_german = Deutsch
home_waits = Was auf Sie wartet
home_waits-nothing = Nichts wartet auf Sie.
home_waits-invitations = { $count ->
    [one] Eine Einladung wartet auf Ihre Antwort
   *[other] { $count } Einladungen warten auf Ihre Antwort
 }
home_waits-requests = { $count ->
    [one] Eine Anfrage wartet auf Ihre Antwort
   *[other] { $count } Anfragen warten auf Ihre Antwort
 }
home_waits-unread = { $count ->
    [one] Eine ungelesene Mitteilung
   *[other] { $count } ungelesene Mitteilungen
 }
home_standing = Ihr Konto
home_signed_in = Sie haben sich angemeldet
home_apps = { $count ->
    [0] Sie teilen nichts mit einer Website
    [one] Eine Website
   *[other] { $count } Websites
 }
general_purpose = Was Websites davon erfahren, entscheiden Sie: Jede fragt zuerst.
general_email-verified = Bestätigt
general_email-unverified = Noch nicht bestätigt
general_locale-auto = Wie der Browser es wünscht
field_locale = Sprache
field_locale-hint = Unserer Seiten und Mails. Auch Websites können sie erfahren.
field_zoneinfo = Zeitzone
field_zoneinfo-hint = Mit ihrem Namen, etwa Europe/Berlin.
security_purpose = Was Ihr Konto zu Ihrem macht.
security_tokens = API-Tokens Ihres Kontos
security_password-title = Passwort ändern
security_password-now = Ihr jetziges Passwort
security_password-ends = Mit einem neuen Passwort werden Sie überall außer hier abgemeldet, Websites bitten Sie um eine neue Anmeldung, und die API-Tokens Ihres Kontos enden.
security_password-done = Ihr Passwort ist geändert. Sie sind überall außer hier abgemeldet.
wrong_password = Das ist nicht Ihr Passwort. Geben Sie das an, mit dem Sie sich anmelden.
required-password = Ihre Anmeldung liegt eine Weile zurück. Geben Sie Ihr Passwort an, um fortzufahren; alles andere bleibt stehen.
confirm_title = Sind Sie es?
confirm_purpose = Sie wollen etwas Wichtiges tun. Geben Sie Ihr Passwort noch einmal an.
confirm_go_on = Weiter
sessions_purpose = Wo Sie angemeldet sind. Beenden Sie, was Sie nicht kennen, und ändern Sie dann Ihr Passwort.
sessions_caption = Sitzungen, neueste zuerst
sessions_browser = Browser
sessions_browser-on = { $browser } unter { $system }
sessions_browser-alone = { $name }
sessions_browser-unknown = Ein Browser, der nicht sagt, was er ist
sessions_address = Adresse
sessions_signed_in = Angemeldet
sessions_ends = Endet
sessions_action = Was Sie tun können
sessions_this = Dieser Browser
sessions_end = Beenden
sessions_end_others = Alle anderen beenden
sessions_done-others = Beendet. Sie sind nur noch hier angemeldet.
sessions_count = { $count ->
    [one] Nur hier angemeldet
   *[other] In { $count } Browsern angemeldet
 }
apps_end-title = Nichts mehr mit { $name } teilen?
apps_end-purpose = Die Website meldet Sie ab und erfährt nichts mehr. Was sie schon weiß, behält sie. Bei Ihrer nächsten Anmeldung dort werden Sie wieder gefragt.
apps_end-shared = Sie teilen
apps_end-since = Seit
apps_end-last = Letzte Anmeldung
plan_purpose = Was Ihr Konto darf, und was daran hängt.
plan_name = Tarif
plan_name-free = Kostenlos
plan_name-paid = Bezahlt
plan_until = Bis
plan_until-for_good = kein Ende
plan_count = Clients
plan_count-of = { $count } von { $most } Clients
plan_count-none = Er enthält keine eigenen Clients
plan_clients = Hängen daran
plan_clients-none = keine
plan_stats = Statistiken
plan_stats-advanced = Nach Domain und Scope, aus jeder Zeit, und als Datei
plan_stats-basic = Anmeldungen und Benutzer der letzten 30 Tage
plan_lapsed = Ihr Tarif ist abgelaufen. Ihre Clients können Sie ansehen, ausschalten und löschen; alles andere wartet auf einen Tarif.
plan_change = Wer dieses XWMS betreibt, ändert Tarife.
account_tokens-purpose = Mit einem Token nutzen Ihre Programme die Verwaltungs-API in Ihrem Namen, soweit es das erlaubt.
account_tokens-none = Noch keine API-Tokens. Mit einem nutzen Ihre Programme die Verwaltungs-API in Ihrem Namen.
account_tokens-new = Neues API-Token
account_tokens-caption = API-Tokens, älteste zuerst
account_tokens-permissions = Berechtigungen
account_tokens-permissions_hint = In jedem Client darf es nicht mehr als Ihre eigene Rolle dort.
account_tokens-used = Zuletzt benutzt
account_tokens-action = Was Sie tun können
account_tokens-label_hint = Leer: API token
account_tokens-made = Ihr API-Token
account_tokens-made_before = Das wurde schon angelegt, und der Wert wurde dabei angezeigt. Ging er verloren, löschen Sie es und legen Sie ein anderes an.
account_tokens-next = Senden Sie es als Authorization: Bearer an die Verwaltungs-API. Bewahren Sie es wie ein Passwort auf.
account_tokens-delete = { $label } löschen?
account_tokens-ends = Programme, die es benutzen, werden von da an abgewiesen.
unknown_value-theme = Geben Sie auto, light oder dark an.
field_birth_date = Geburtsdatum
field_gender = Geschlecht
field_gender-hint = In Ihren eigenen Worten.
field_country = Land
field_country-hint = Seine zwei Buchstaben, etwa DE.
field_phone_number = Telefonnummer
field_phone_number-hint = Mit der Landesvorwahl, etwa +491711234567.
