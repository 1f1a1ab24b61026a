# What the pages of clients and secrets say.
clients_list-purpose = Een client is één integratie van je site: de scopes, secrets en domeinen ervan.
clients_list-caption = Clients, oudste eerst
clients_list-client = Client
clients_list-owner = Facturatie-eigenaar
clients_list-none = Je hebt nog geen clients. Een client is één integratie van je site: de scopes, secrets en domeinen ervan.
clients_list-first = Maak je eerste client aan
clients_new-title = Client aanmaken
clients_new-purpose = De naam is genoeg om te beginnen.
overview_client_id = Client-ID
overview_issuer = Issuer
overview_role = Jouw rol
secrets_list-purpose = Met een secret bewijst je server dat die van jou is.
secrets_list-caption = Client-secrets, oudste eerst
secrets_list-secret = Secret
secrets_list-none = Nog geen secrets. Met een secret bewijst je server dat die van jou is.
secrets_ends_in = Eindigt op
secrets_last_used = Laatst gebruikt
secrets_new-title = Nieuw secret
secrets_made-title = Je secret
secrets_made-next = Het opent niets totdat het aan een domein is gekoppeld.
secrets_switch-hint = Uit: aanroepen ermee worden geweigerd totdat het weer aan is; niemand wordt uitgelogd.
secrets_rotate-title = { $label } vernieuwen
secrets_rotate-purpose = Er komt een nieuw secret met hetzelfde label en dezelfde koppelingen; het oude eindigt na een tijdje. Niemand wordt uitgelogd.
secrets_rotate-overlap = { $hours ->
    [0] Nu
    [1] 1 uur
    [24] 24 uur
    [168] 7 dagen
   *[720] 30 dagen
}
secrets_delete-title = { $label } verwijderen?
secrets_delete-purpose = Servers die het nog sturen, worden meteen geweigerd. Dit kan niet ongedaan worden gemaakt; uitschakelen wel.
overview_checklist = Checklist
overview_setup = Instellen: { $done } van { $all } klaar
overview_done = Klaar
overview_to_do = Te doen
overview_step-scopes = Scopes activeren
overview_step-secret = Een secret maken
overview_step-domain = Een domein toevoegen
overview_step-callback_url = Een callback-URL toevoegen
overview_step-link = Secret koppelen
overview_step-first_login = Eerste login
overview_logins = Logins
overview_logins-recent = Laatste 30 dagen
overview_logins-all = Totaal
overview_users = Gebruikers, totaal
overview_refused = Onlangs geweigerd
overview_refused-none = Er is niets geweigerd.
overview_refused-caption = De laatste geweigerde pogingen, nieuwste eerst
overview_changes = Laatste wijzigingen
overview_changes-caption = De laatste wijzigingen, nieuwste eerst
overview_time = Tijd
overview_reason = Reden
overview_fix = Wat te wijzigen
overview_what = Wat
overview_object = Waarop
secrets_made-env = .env downloaden
clients_list-find = Een client zoeken
