# What the pages of clients and secrets say.
clients_list-purpose = Een client is één integratie van je site: de scopes, secrets en domeinen ervan.
clients_list-caption = Clients, oudste eerst
clients_list-client = Client
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
attention_title = Vraagt aandacht
attention_leaked = { $label } is openbaar gevonden. Maak een nieuw secret en verwijder dit.
attention_expires = { $label } verloopt op { $end }. Vernieuw het voor die tijd.
attention_proof = De laatste keer is het bewijs dat { $root } van jou is niet gevonden.
attention_callback = { $root } heeft geen actieve callback-URL: niemand kan er inloggen.
attention_secret = Er is geen bruikbaar secret aan { $root } gekoppeld: logins kunnen niet worden ingewisseld.
attention_approval = Een goedkeuring eindigt op { $end }. Verleng haar voor die tijd.
attention_accepted = Iemand heeft je verzoek aanvaard.
attention_declined = Iemand heeft je verzoek afgewezen.
attention_owner = Er is maar één eigenaar. Voeg er nog een toe, die kan inspringen.
overview_before = Voordat je live gaat
overview_advice-live = Testmodus staat uit
overview_advice-server_ips = Server-IP-adressen zijn opgegeven
overview_advice-ownership = Eigendom is bewezen
overview_advice-presentation = Logo, privacybeleid en voorwaarden zijn er
overview_advice-second_owner = Een tweede eigenaar kan inspringen
overview_advice-webhook = Een webhook-URL meldt je servers wat er gebeurt
overview_advice-verification = Gereserveerde scopes zijn goedgekeurd voor de domeinen die ze gebruiken
overview_next = Volgende stap: { $step }
shell_logins = Logins in 7 dagen
secrets_on-title = { $label } aanzetten?
secrets_off-title = { $label } uitzetten?
secrets_rotate-now = Servers die het oude nog sturen, worden meteen geweigerd.
secrets_logins = { $logins ->
    [one] Eén login in 7 dagen gebruikte dit secret.
   *[other] { $logins } logins in 7 dagen gebruikten dit secret.
}
attention_parked = { $parked ->
    [one] Eén bericht aan een webhook-URL staat geparkeerd: er wordt pas weer geprobeerd als jij dat doet.
   *[other] { $parked } berichten aan webhook-URL’s staan geparkeerd: er wordt pas weer geprobeerd als jij dat doet.
}
clients_list-role = Jouw rol
clients_list-unpaid = Clients horen bij een betaald account: daarmee loggen mensen met XWMS in op je eigen site.
clients_list-plans = Abonnementen bekijken
secrets_linked = Gekoppeld aan
secrets_linked-none = geen domein: het opent nog niets
secrets_leaked = Dit secret is op { $at } gemeld als openbaar gevonden. Het blijft uit. Maak een nieuw, koppel het en verwijder dit.
attention_name = Mensen zien nog de naam { $shown } tot de nieuwe is beoordeeld.
