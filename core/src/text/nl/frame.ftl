# What stands around every page, and words that many pages share.
shell_skip = Naar de inhoud
shell_nav-top = Hoofdmenu
shell_nav-client = Client
shell_nav-account = Account
shell_nav-staff = Team
shell_menu = Menu
shell_unread = ongelezen
shell_log_out = Uitloggen
shell_all_clients = Alle clients
shell_copy = Kopiëren
shell_create = Aanmaken
shell_save = Opslaan
shell_delete = Verwijderen
shell_cancel = Annuleren
shell_rotate = Vernieuwen
shell_switch_on = Inschakelen
shell_switch_off = Uitschakelen
shell_status = Status
shell_id = ID
shell_never = nooit
shell_day = { $day } { $month ->
    [1] jan
    [2] feb
    [3] mrt
    [4] apr
    [5] mei
    [6] jun
    [7] jul
    [8] aug
    [9] sep
    [10] okt
    [11] nov
   *[12] dec
} { $year }
shell_moment = { $day }, { $clock } { $zone }
shell_error = Fout:
shell_errors = Sommige waarden kloppen niet
shell_pages = Pagina's
shell_pages-first = Eerste pagina
shell_pages-next = Volgende
shell_only_time = Dit is de enige keer dat je dit ziet.
shell_stored = Ik heb het bewaard
shell_shown_before = Dit is al aangemaakt, en de waarde is toen getoond. Ben je die kwijt, vernieuw of verwijder het dan.
shell_plan_required = Het abonnement staat dit niet toe: clients horen bij een betaald account.
shell_stale = Iemand anders heeft dit intussen gewijzigd. Jouw waarden staan nog in de velden, met ernaast wat er nu staat. Sla opnieuw op om de jouwe te houden.
shell_sent_twice = Dit formulier is al eerder met andere waarden verstuurd. Open de pagina opnieuw om opnieuw te beginnen.
shell_too_many = Te vaak. Probeer het { $wait } opnieuw.
shell_lacking = Je kunt dit bekijken. <b>{ $action }</b> ({ $permission }) zit niet in je rol, <bdi>{ $role }</bdi>. Een eigenaar kan dat wijzigen.
shell_signed_out-title = Je bent uitgelogd
shell_signed_out-text = Er is niets gewijzigd. Hieronder staat wat je verstuurde, om te kopiëren. Log in en verstuur het opnieuw.
state_live = Live
state_test_mode = Testmodus
state_read_only = Alleen-lezen
state_suspended = Opgeschort
state_active = Actief
state_off = Uit
state_expired = Verlopen
band_test_mode = <b>Testmodus.</b> Alleen leden en geaccepteerde testers kunnen inloggen. Gereserveerde scopes staan voor hen open. Als de testmodus eindigt, wordt opnieuw om toestemming gevraagd.
band_read_only = <b>Alleen-lezen.</b> Het abonnement van <bdi>{ $owner }</bdi> omvat geen clients meer. Je kunt uitschakelen en verwijderen; al het andere wacht op een abonnement.
band_suspended = <b>Opgeschort</b> door het XWMS-team. Logins, tokens en wijzigingen zijn gestopt.
band_under_review = <b>In beoordeling.</b> Mensen zien nog de naam <bdi>{ $name }</bdi> tot de nieuwe is beoordeeld.
done_created = Aangemaakt.
done_saved = Opgeslagen.
done_deleted = Verwijderd.
done_on = Ingeschakeld.
done_off = Uitgeschakeld.
done_linked = Gekoppeld.
done_unlinked = Ontkoppeld.
done_activated = Geactiveerd.
done_deactivated = Gedeactiveerd.
done_sent = Verstuurd. Hier zie je het antwoord.
done_withdrawn = Teruggetrokken.
done_ended = Beëindigd.
done_invited = Uitgenodigd. Na acceptatie worden ze lid.
done_left = Je bent vertrokken.
done_removed = Verwijderd uit de organisatie.
done_applied = Naar de medewerkers gestuurd. Alles blijft werken terwijl zij kijken.
done_handed = De rekening is overgedragen.
done_looked = We hebben gekeken.
section_my_clients = Mijn clients
section_staff = Team
section_account = Account
section_integrations = Integraties
section_overview = Overzicht
section_domains = Domeinen
section_scopes = Client-scopes
section_secrets = Client-secrets
section_users = Gebruikers
section_attempts = Pogingen
section_check = Controle
section_quickstart = Snelstart
section_verifications = Verificatiecentrum
section_members = Leden
section_roles = Rollen
section_tokens = API-tokens
section_audit = Auditlog
section_settings = Instellingen
section_account-dashboard = Accountoverzicht
section_account-general = Algemeen
section_account-security = Beveiliging
section_account-sessions = Sessies
section_account-tokens = API-tokens
section_account-plan = Abonnement
section_staff-verifications = Verificaties
section_staff-users = Gebruikers
section_staff-clients = Clients
section_staff-scopes = Scopecatalogus
section_staff-keys = Ondertekeningssleutels
field_client_name = Naam
field_client_name-hint = Wat mensen lezen als ze inloggen. Je kunt het later wijzigen.
field_label = Label
field_label-hint = Leeg: Standard Key
field_expires_at = Vervaldatum
field_expires_at-secret_hint = Leeg: het verloopt niet. Een dag zoals 2030-01-31, of een tijd zoals 2030-01-31T12:00 (tijdzone: { $zone }).
field_overlap_seconds = De oude werkt nog
shell_now = nu: { $now }
shell_copied = Gekopieerd
shell_unsaved = Nog niet opgeslagen
shell_apply = Toepassen
shell_clear = Wissen
shell_no_match = Niets voldoet hieraan.
shell_actions = Acties
shell_made = Gemaakt op
field_from = Van
field_to = Tot en met
field_domain = Domein
done_deactivated-what = Gedeactiveerd: { $what }.
done_suspended = Opgeschort.
done_lifted = De opschorting is opgeheven.
done_decided = Besloten. De partner krijgt bericht.
done_revoked = Ingetrokken. Wat hiermee openstond, is weer dicht.
done_rotated = Vernieuwd.
shell_to_do = nog { $count } te doen
shell_menu-at = Menu: { $section }
shell_documentation = Documentatie
shell_support = Ondersteuning
state_under_review = In beoordeling
band_test_mode-link = Live gaan
band_under_review-link = Bekijk de aanvraag
band_read_only-grace = <b>Alleen lezen.</b> Het abonnement van <bdi>{ $owner }</bdi> eindigde op { $ended }. Inloggen kan nog tot { $until }. Je kunt uitschakelen en verwijderen; al het andere wacht op een abonnement.
band_read_only-over = <b>Alleen lezen.</b> Het abonnement van <bdi>{ $owner }</bdi> eindigde op { $ended }. Inloggen kan niet meer. Je kunt uitschakelen en verwijderen; al het andere wacht op een abonnement.
band_read_only-plans = Bekijk de abonnementen
band_read_only-hand = Draag de rekening over aan een andere eigenaar
band_suspended-since = <b>Opgeschort</b> door het XWMS-team op { $since }. Logins, tokens en wijzigingen zijn gestopt.
band_unconfirmed-word = Bevestig je adres
band_unconfirmed = <b>Bevestig je adres.</b> Je bent hier ingelogd; andere sites wachten tot <bdi>{ $email }</bdi> bevestigd is.
band_unconfirmed-again = Stuur de mail opnieuw
done_mailed = De mail is onderweg. Kijk in je mailbox.
shell_saving = Opslaan…
shell_all_none = Alles of niets
shell_found = gevonden
shell_not_reached = De server is niet bereikbaar. Er is niets gewijzigd.
band_suspended-reason = <b>Opgeschort</b> door het XWMS-team op { $since }: “<bdi>{ $reason }</bdi>”. Logins, tokens en wijzigingen zijn gestopt.
state_expires = { $days ->
    [0] Verloopt binnen een dag
    [one] Verloopt over één dag
   *[other] Verloopt over { $days } dagen
}
state_leaked = Gelekt
shell_changed_by = Gewijzigd door
shell_logins_30 = Logins in 30 dagen
