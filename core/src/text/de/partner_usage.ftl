# What the pages of scopes, users, attempts and the check say.
required-scope_names = Wählen Sie mindestens einen Scope.
scopes_list-purpose = Scopes bestimmen, welche Daten und Aktionen Ihre Anmeldungen und API-Aufrufe öffnen.
scopes_list-none = Noch keine Scopes. Scopes bestimmen, welche Daten und Aktionen Ihre Anmeldungen und API-Aufrufe öffnen.
scopes_list-caption = Client-Scopes, in der Reihenfolge des Katalogs
scopes_list-scope = Scope
scopes_list-opens = Was er öffnet
scopes_list-tier = Art
scopes_tier-open = Offen
scopes_tier-reserved = Reserviert
scopes_reserved = Ein reservierter Scope gilt im Testmodus, für Personen, die eine Zugriffsanfrage annehmen, und für alle auf Domains, die eine Verifizierung abdeckt.
scopes_new_verification = Neue Verifizierung
scopes_new-title = Neuer Client-Scope
scopes_new-purpose = Kreuzen Sie an, was Ihre Anmeldungen und API-Aufrufe brauchen. Personen werden nur nach dem gefragt, was eine Anmeldung nennt.
scopes_active = aktiv
scopes_offline = Nötig für Refresh-Token.
scopes_deactivate = Deaktivieren
scopes_delete-title = { $scope } deaktivieren?
scopes_delete-purpose = Anmeldungen mit diesem Scope verlieren ihn sofort und haben ihn wieder, wenn Sie ihn erneut aktivieren. Anmeldungen, die ihn verlangen, werden abgelehnt.
users_tab-users = Client-Benutzer
users_tab-access = Zugriffsanfragen
users_tab-tests = Testbenutzer-Anfragen
users_tab-stats = Statistik
users_list-purpose = Personen, die sich über diesen Client angemeldet haben.
users_list-none = Noch niemand hat sich angemeldet. Öffnen Sie Ihre Anmeldung und probieren Sie es: Der Quickstart hat den Code.
users_list-caption = Client-Benutzer, nach sub
users_list-user = Person
users_q = Suchen
users_q-hint = Eine ganze sub, oder ein Name oder eine Adresse, die jemand jetzt mit Ihnen teilt, ab 3 Buchstaben.
users_any_domain = Jede Domain
users_first_login = Erste Anmeldung
users_last_login = Letzte Anmeldung
users_logins = Anmeldungen
users_domains = Domains
users_shares = Teilt jetzt
users_shares-nothing = nichts
users_sub = sub
users_one-title = Benutzer { $sub }
users_end = Einwilligung beenden
users_delete-title = Die Einwilligung von { $sub } beenden?
users_delete-purpose = Ihre Token für diesen Client enden sofort, und nichts wird mehr geteilt. Dass sie sich angemeldet haben, bleibt bekannt. Bei der nächsten Anmeldung wird erneut gefragt.
requests_all = Anfragen
requests_kind = Art
requests_purpose-access = Bitten Sie eine Person um reservierte Scopes. Sie antwortet in ihrem Konto und kann es jederzeit beenden.
requests_purpose-test = Bitten Sie eine Person, eine Domain im Testmodus zu testen. Sie antwortet in ihrem Konto und kann es jederzeit beenden.
requests_purpose-all = Was dieser Client einzelne Personen gefragt hat, und was sie antworteten.
requests_new-access = Neue Zugriffsanfrage
requests_new-test = Neue Testbenutzer-Anfrage
requests_any_status = Jeder Status
requests_state-pending = Wartet auf Antwort
requests_state-accepted = Angenommen
requests_state-declined = Abgelehnt
requests_state-withdrawn = Zurückgezogen
requests_list-none = Noch niemand wurde gefragt.
requests_list-caption = Anfragen, älteste zuerst
requests_person = Person
requests_what = Wofür
requests_all_domains = Alle Domains
requests_email = E-Mail-Adresse
requests_email-hint = Die Adresse des Kontos. Die Antwort ist dieselbe, ob es eines gibt oder nicht.
requests_sub-hint = Statt der Adresse: die sub eines Ihrer Benutzer.
requests_scopes-hint = Aktivierte Scopes. Die Person liest, was jeder öffnet.
requests_reason = Grund
requests_reason-hint = Die Person liest ihn, als Ihre Worte.
requests_expires-hint = Leer: Sie endet nicht von selbst. Ein Tag wie 2030-01-31 oder eine Zeit wie 2030-01-31T12:00 (Zeitzone: { $zone }).
requests_send = Senden
requests_withdraw = Zurückziehen
requests_withdraw-title = Die Anfrage an { $person } zurückziehen?
requests_withdraw-access = Sie wurde angenommen: Die Scopes, die nur sie öffnet, sind für diese Person sofort geschlossen.
requests_withdraw-test = Sie wurde angenommen: Diese Person ist sofort keine Testerin mehr.
requests_withdraw-open = Die Person kann nicht mehr darauf antworten.
stats_purpose = Anmeldungen und Personen: jede einmal am Tag gezählt, in UTC. Die letzten Sekunden sind noch nicht gezählt.
stats_by = Nach
stats_by-day = Tag
stats_by-domain = Domain
stats_by-scope = Scope
stats_total-logins = Anmeldungen, insgesamt
stats_total-users = Benutzer, insgesamt
stats_none = Keine Anmeldungen in dieser Zeit.
stats_plan = Der Tarif des Abrechnungsinhabers zeigt die letzten 30 Tage nach Tag. Andere Zeiten, nach Domain, nach Scope und die Datei gehören zur erweiterten Statistik.
stats_plans = Tarife ansehen
stats_file = CSV herunterladen
stats_as_table = Als Tabelle zeigen
stats_logins-daily = Anmeldungen nach Tag
stats_logins-weekly = Anmeldungen nach Woche, benannt nach dem ersten Tag
stats_users-daily = Personen nach Tag
stats_logins-finding = { $total ->
    [one] 1 Anmeldung
   *[other] { $total } Anmeldungen
}, die meisten am { $label }: { $most }
stats_users-finding = Die meisten am { $label }: { $most }
stats_so_far = { $day }, bis jetzt
stats_day = { $day }. { $month ->
    [1] Jan.
    [2] Feb.
    [3] März
    [4] Apr.
    [5] Mai
    [6] Juni
    [7] Juli
    [8] Aug.
    [9] Sept.
    [10] Okt.
    [11] Nov.
   *[12] Dez.
}
stats_caption = Von { $from } bis { $to }
stats_table-day = Tag
stats_table-users = Personen
attempts_purpose = Abgelehnte Anmeldungen und Aufrufe: die neuesten 10.000 aus 30 Tagen. Keine Daten von Benutzern.
attempts_none = Nichts wurde abgelehnt.
attempts_caption = Abgelehnte Versuche, neueste zuerst
attempts_time = Zeit
attempts_reason = Grund
attempts_reason-hint = Ein Code wie redirect_uri_unknown.
attempts_reference = Referenz
attempts_reference-hint = Die 12 Zeichen, die der Person gezeigt wurden.
attempts_fix = Was zu ändern ist
attempts_check = Das prüfen
denials_there = Dorthin
denials_parameter_repeated = Ein Parameter wurde mehr als einmal gesendet.
denials_parameter_invalid = Ein Parameter hat einen Wert, der nicht angenommen wird.
denials_scope_not_activated = Der Client hat nicht alle diese Scopes aktiviert.
denials_scope_locked = Einige dieser Scopes sind reserviert und für diese Domain oder Person nicht freigegeben.
denials_scope_not_for_clients = Einige dieser Scopes gibt es nicht mit Client Credentials.
denials_domain_ambiguous = Der Aufruf nennt keine Domain und könnte mehrere meinen.
check_purpose = Sagen Sie, was Sie senden würden, und sehen Sie, welche Regeln erfüllt sind. Nichts ist Pflicht, und nichts ändert sich.
check_submit = Prüfen
check_redirect_uri = Redirect-URI
check_redirect_uri-hint = Genau so, wie Ihr Server sie sendet.
check_scope = Scopes
check_scope-hint = Mit einem Leerzeichen dazwischen: openid profile
check_domain-hint = Ihre ID, ihre Root-Domain oder ein Host darunter.
check_ip = Adresse des Aufrufers
check_ip-hint = Die Adresse Ihres Servers, etwa 192.0.2.7.
check_secret = Secret
check_secret-hint = Es wird weder gespeichert noch protokolliert.
check_more = OAuth-Parameter
check_passed = { $passed } von { $all } Regeln erfüllt
check_rule = Regel
check_result = Ergebnis
check_why = Warum
check_fix = Lösung
check_passes = ✓ Erfüllt
check_fails = ✕ Verletzt
check_rule-client_known = Der Client existiert
check_rule-client_not_suspended = Er ist nicht gesperrt
check_rule-plan_entitles = Sein Tarif erlaubt es
check_rule-redirect_uri = Die URL ist eine aktive Callback-URL einer aktiven Domain mit Anmeldung erlauben
check_rule-response_type = Der Response Type ist code
check_rule-pkce = PKCE mit S256 wird gesendet
check_rule-scope = Alle Scopes sind aktiviert
check_rule-secret_known = Das Secret ist eines von Ihren
check_rule-secret_active = Das Secret ist an
check_rule-secret_not_expired = Das Secret ist nicht abgelaufen
check_rule-domain_named = Es ist klar, welche Domain gemeint ist
check_rule-secret_linked = Das Secret ist mit der Domain verknüpft
check_rule-domain_active = Die Domain ist an
check_rule-api_allowed = API erlauben ist an
check_rule-ip_allowed = Die Adresse ist eine Server-IP-Adresse
check_rule-scope_unlocked = Reservierte Scopes sind hier freigegeben
quickstart_purpose = Eine erste Anmeldung mit der Bibliothek, die Sie verwenden. Das Secret kommt immer aus der Umgebung.
quickstart_kit = Kit
quickstart_first_domain = Die erste aktive Domain
quickstart_callback = Callback-URL
quickstart_secret = Secret
quickstart_no_callback = Diese Domain hat keine aktive Callback-URL, die Sie sehen können. Die untenstehende ist ein Beispiel: Registrieren Sie zuerst Ihre.
quickstart_then = Öffnen Sie Ihre Anmeldung und kommen Sie zurück: Der letzte Schritt der Checkliste wird abgehakt.
check_nearest = Die nächste registrierte ist { $url }
check_nearest-missing = Ab Zeichen { $at } fehlt „{ $right }“.
check_nearest-extra = Ab Zeichen { $at } ist „{ $wrong }“ zu viel.
check_nearest-other = Ab Zeichen { $at } steht dort „{ $right }“ statt „{ $wrong }“.
scopes_undo = Rückgängig
requests_any_kind = Jede Art
check_caption = Regeln, verletzte zuerst
users_ask-access = Zugriffsanfrage senden
users_ask-test = Testbenutzer-Anfrage senden
field_at_login = Bei der Anmeldung gefragt
field_at_login-hint = Wird alle gefragt, wenn eine Anmeldung keine Scopes nennt. Aus: nur, wenn eine Anmeldung ihn nennt.
scopes_delete-logins = { $logins ->
    [one] Eine Anmeldung in 7 Tagen erhielt diesen Scope. Sie verliert ihn sofort und hat ihn wieder, wenn Sie ihn wieder aktivieren.
   *[other] { $logins } Anmeldungen in 7 Tagen erhielten diesen Scope. Sie verlieren ihn sofort und haben ihn wieder, wenn Sie ihn wieder aktivieren.
}
attempts_address = Von
attempts_redirect_uri = Redirect-URI
attempts_nearest = Nächste registrierte
attempts_scopes = Scopes
check_rule-resource = Die Resource ist registriert
