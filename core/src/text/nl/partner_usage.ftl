# What the pages of scopes, users, attempts and the check say.
required-scope_names = Kies minstens één scope.
scopes_list-purpose = Scopes bepalen welke gegevens en handelingen je logins en API-aanroepen openen.
scopes_list-none = Nog geen scopes. Scopes bepalen welke gegevens en handelingen je logins en API-aanroepen openen.
scopes_list-caption = Client-scopes, in de volgorde van de catalogus
scopes_list-scope = Scope
scopes_list-opens = Wat die opent
scopes_list-tier = Soort
scopes_tier-open = Open
scopes_tier-reserved = Gereserveerd
scopes_reserved = Een gereserveerde scope werkt in testmodus, voor mensen die een toegangsverzoek aannemen, en voor iedereen op domeinen waarvoor een verificatie geldt.
scopes_new_verification = Nieuwe verificatie
scopes_new-title = Nieuwe client-scope
scopes_new-purpose = Vink aan wat je logins en API-aanroepen nodig hebben. Mensen wordt alleen gevraagd wat een login noemt.
scopes_active = actief
scopes_offline = Nodig voor refresh-tokens.
scopes_deactivate = Deactiveren
scopes_delete-title = { $scope } deactiveren?
scopes_delete-purpose = Logins die deze scope kregen, verliezen die meteen en hebben die weer als je die opnieuw activeert. Logins die erom vragen, worden geweigerd.
users_tab-users = Clientgebruikers
users_tab-access = Toegangsverzoeken
users_tab-tests = Testgebruikersverzoeken
users_tab-stats = Statistieken
users_list-purpose = Mensen die via deze client zijn ingelogd.
users_list-none = Nog niemand is ingelogd. Open je login en probeer het: de Quickstart heeft de code.
users_list-caption = Clientgebruikers, op sub
users_list-user = Persoon
users_q = Zoeken
users_q-hint = Een hele sub, of een naam of adres dat iemand nu met je deelt, vanaf 3 letters.
users_any_domain = Elk domein
users_first_login = Eerste login
users_last_login = Laatste login
users_logins = Logins
users_domains = Domeinen
users_shares = Deelt nu
users_shares-nothing = niets
users_sub = sub
users_one-title = Gebruiker { $sub }
users_end = Toestemming beëindigen
users_delete-title = De toestemming van { $sub } beëindigen?
users_delete-purpose = Hun tokens voor deze client eindigen meteen en er wordt niets meer gedeeld. Dat ze zijn ingelogd, blijft bekend. Bij de volgende login wordt het opnieuw gevraagd.
requests_all = Verzoeken
requests_kind = Soort
requests_purpose-access = Vraag één persoon om gereserveerde scopes. Die antwoordt in het eigen account en kan het altijd beëindigen.
requests_purpose-test = Vraag één persoon om een domein in testmodus te testen. Die antwoordt in het eigen account en kan het altijd beëindigen.
requests_purpose-all = Wat deze client van afzonderlijke mensen heeft gevraagd, en wat ze antwoordden.
requests_new-access = Nieuw toegangsverzoek
requests_new-test = Nieuw testgebruikersverzoek
requests_any_status = Elke status
requests_state-pending = Wacht op antwoord
requests_state-accepted = Aangenomen
requests_state-declined = Afgewezen
requests_state-withdrawn = Teruggetrokken
requests_list-none = Er is nog niemand gevraagd.
requests_list-caption = Verzoeken, oudste eerst
requests_person = Persoon
requests_what = Waarvoor
requests_all_domains = Alle domeinen
requests_email = E-mailadres
requests_email-hint = Het adres van het account. Het antwoord is hetzelfde, of er een is of niet.
requests_sub-hint = In plaats van het adres: de sub van een van je gebruikers.
requests_scopes-hint = Geactiveerde scopes. De persoon leest wat elke scope opent.
requests_reason = Reden
requests_reason-hint = De persoon leest dit, als jouw woorden.
requests_expires-hint = Leeg: het eindigt niet vanzelf. Een dag zoals 2030-01-31, of een tijd zoals 2030-01-31T12:00 (tijdzone: { $zone }).
requests_send = Versturen
requests_withdraw = Terugtrekken
requests_withdraw-title = Het verzoek aan { $person } terugtrekken?
requests_withdraw-access = Het is aangenomen: de scopes die alleen hierdoor open zijn, gaan voor deze persoon meteen dicht.
requests_withdraw-test = Het is aangenomen: deze persoon is meteen geen tester meer.
requests_withdraw-open = De persoon kan er niet meer op antwoorden.
stats_purpose = Logins en mensen: ieder één keer per dag geteld, in UTC. De laatste seconden zijn nog niet geteld.
stats_by = Per
stats_by-day = Dag
stats_by-domain = Domein
stats_by-scope = Scope
stats_total-logins = Logins, totaal
stats_total-users = Gebruikers, totaal
stats_none = Geen logins in deze tijd.
stats_plan = Het abonnement van de facturatie-eigenaar toont de laatste 30 dagen per dag. Andere tijden, per domein, per scope en het bestand horen bij uitgebreide statistieken.
stats_plans = Bekijk abonnementen
stats_file = CSV downloaden
stats_as_table = Als tabel tonen
stats_logins-daily = Logins per dag
stats_logins-weekly = Logins per week, genoemd naar de eerste dag
stats_users-daily = Mensen per dag
stats_logins-finding = { $total ->
    [one] 1 login
   *[other] { $total } logins
}, de meeste op { $label }: { $most }
stats_users-finding = De meeste op { $label }: { $most }
stats_so_far = { $day }, tot nu toe
stats_day = { $day } { $month ->
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
}
stats_caption = Van { $from } tot en met { $to }
stats_table-day = Dag
stats_table-users = Mensen
attempts_purpose = Geweigerde logins en aanroepen: de nieuwste 10.000 van 30 dagen. Geen gegevens van gebruikers.
attempts_none = Er is niets geweigerd.
attempts_caption = Geweigerde pogingen, nieuwste eerst
attempts_time = Tijd
attempts_reason = Reden
attempts_reason-hint = Een code zoals redirect_uri_unknown.
attempts_reference = Referentie
attempts_reference-hint = De 12 tekens die de persoon zag.
attempts_fix = Wat te veranderen
attempts_check = Dit controleren
denials_there = Ga erheen
denials_parameter_repeated = Een parameter is meer dan één keer gestuurd.
denials_parameter_invalid = Een parameter heeft een waarde die niet wordt aangenomen.
denials_scope_not_activated = De client heeft niet al deze scopes geactiveerd.
denials_scope_locked = Sommige van deze scopes zijn gereserveerd en niet vrijgegeven voor dit domein of deze persoon.
denials_scope_not_for_clients = Sommige van deze scopes zijn niet beschikbaar met client credentials.
denials_domain_ambiguous = De aanroep noemt geen domein en kan er meer bedoelen.
check_purpose = Zeg wat je zou sturen en zie welke regels kloppen. Niets is verplicht en er verandert niets.
check_submit = Controleren
check_redirect_uri = Redirect-URI
check_redirect_uri-hint = Precies zoals je server die stuurt.
check_scope = Scopes
check_scope-hint = Met een spatie ertussen: openid profile
check_domain-hint = De id, het rootdomein of een host daaronder.
check_ip = Adres van de aanroeper
check_ip-hint = Het adres van je server, zoals 192.0.2.7.
check_secret = Secret
check_secret-hint = Het wordt niet bewaard en niet gelogd.
check_more = OAuth-parameters
check_passed = { $passed } van { $all } regels kloppen
check_rule = Regel
check_result = Uitkomst
check_why = Waarom
check_fix = Oplossing
check_passes = ✓ Klopt
check_fails = ✕ Klopt niet
check_rule-client_known = De client bestaat
check_rule-client_not_suspended = Die is niet opgeschort
check_rule-plan_entitles = Het abonnement staat het toe
check_rule-redirect_uri = De URL is een actieve callback-URL van een actief domein met inloggen toestaan
check_rule-response_type = Het response type is code
check_rule-pkce = PKCE met S256 wordt gestuurd
check_rule-scope = Alle scopes zijn geactiveerd
check_rule-secret_known = Het secret is van jou
check_rule-secret_active = Het secret staat aan
check_rule-secret_not_expired = Het secret is niet verlopen
check_rule-domain_named = Het is duidelijk welk domein bedoeld is
check_rule-secret_linked = Het secret is aan het domein gekoppeld
check_rule-domain_active = Het domein staat aan
check_rule-api_allowed = API toestaan staat aan
check_rule-ip_allowed = Het adres is een server-IP-adres
check_rule-scope_unlocked = Gereserveerde scopes zijn hier vrijgegeven
quickstart_purpose = Een eerste login met de bibliotheek die je gebruikt. Het secret komt altijd uit de omgeving.
quickstart_kit = Kit
quickstart_first_domain = Het eerste actieve domein
quickstart_callback = Callback-URL
quickstart_secret = Secret
quickstart_no_callback = Dit domein heeft geen actieve callback-URL die je kunt zien. Die hieronder is een voorbeeld: registreer eerst die van jou.
quickstart_then = Open je login en kom terug: de laatste stap van de checklist wordt afgevinkt.
check_nearest = De dichtstbijzijnde geregistreerde is { $url }
check_nearest-missing = Vanaf teken { $at } ontbreekt “{ $right }”.
check_nearest-extra = Vanaf teken { $at } is “{ $wrong }” te veel.
check_nearest-other = Vanaf teken { $at } staat daar “{ $right }” in plaats van “{ $wrong }”.
scopes_undo = Ongedaan maken
requests_any_kind = Elke soort
check_caption = Regels, eerst die niet kloppen
users_ask-access = Toegangsverzoek sturen
users_ask-test = Testgebruikersverzoek sturen
field_at_login = Gevraagd bij inloggen
field_at_login-hint = Wordt iedereen gevraagd als een login geen scopes noemt. Uit: alleen als een login hem noemt.
scopes_delete-logins = { $logins ->
    [one] Eén login in 7 dagen kreeg deze scope. Die raakt hem meteen kwijt, en heeft hem weer als je hem weer activeert.
   *[other] { $logins } logins in 7 dagen kregen deze scope. Ze raken hem meteen kwijt, en hebben hem weer als je hem weer activeert.
}
attempts_address = Van
attempts_redirect_uri = Redirect-URI
attempts_nearest = Dichtstbijzijnde geregistreerde
attempts_scopes = Scopes
check_rule-resource = De resource is geregistreerd
