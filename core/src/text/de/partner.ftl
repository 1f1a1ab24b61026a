# What the pages of clients and secrets say.
clients_list-purpose = Ein Client ist eine Integration Ihrer Website: ihre Scopes, Secrets und Domains.
clients_list-caption = Clients, älteste zuerst
clients_list-client = Client
clients_list-none = Sie haben noch keine Clients. Ein Client ist eine Integration Ihrer Website: ihre Scopes, Secrets und Domains.
clients_list-first = Ersten Client erstellen
clients_new-title = Client erstellen
clients_new-purpose = Der Name genügt für den Anfang.
overview_client_id = Client-ID
overview_issuer = Issuer
overview_role = Ihre Rolle
secrets_list-purpose = Mit einem Secret weist Ihr Server nach, dass er Ihnen gehört.
secrets_list-caption = Client-Secrets, älteste zuerst
secrets_list-secret = Secret
secrets_list-none = Noch keine Secrets. Mit einem Secret weist Ihr Server nach, dass er Ihnen gehört.
secrets_ends_in = Endet auf
secrets_last_used = Zuletzt verwendet
secrets_new-title = Neues Secret
secrets_made-title = Ihr Secret
secrets_made-next = Es öffnet nichts, bis es mit einer Domain verknüpft ist.
secrets_switch-hint = Aus: Aufrufe damit werden abgelehnt, bis es wieder an ist; niemand wird abgemeldet.
secrets_rotate-title = { $label } erneuern
secrets_rotate-purpose = Es wird ein neues Secret mit derselben Bezeichnung und denselben Verknüpfungen erstellt; das alte endet nach einer Weile. Niemand wird abgemeldet.
secrets_rotate-overlap = { $hours ->
    [0] Jetzt
    [1] 1 Stunde
    [24] 24 Stunden
    [168] 7 Tage
   *[720] 30 Tage
}
secrets_delete-title = { $label } löschen?
secrets_delete-purpose = Server, die es noch senden, werden sofort abgelehnt. Das lässt sich nicht rückgängig machen, Ausschalten schon.
overview_checklist = Checkliste
overview_setup = Einrichtung: { $done } von { $all } erledigt
overview_done = Erledigt
overview_to_do = Zu tun
overview_step-scopes = Scopes aktivieren
overview_step-secret = Ein Secret erstellen
overview_step-domain = Eine Domain hinzufügen
overview_step-callback_url = Eine Callback-URL hinzufügen
overview_step-link = Secret verknüpfen
overview_step-first_login = Erste Anmeldung
overview_logins = Anmeldungen
overview_logins-recent = Letzte 30 Tage
overview_logins-all = Insgesamt
overview_users = Benutzer, insgesamt
overview_refused = Kürzlich abgelehnt
overview_refused-none = Nichts wurde abgelehnt.
overview_refused-caption = Die letzten abgelehnten Versuche, neueste zuerst
overview_changes = Letzte Änderungen
overview_changes-caption = Die letzten Änderungen, neueste zuerst
overview_time = Zeit
overview_reason = Grund
overview_fix = Was zu ändern ist
overview_what = Was
overview_object = Woran
secrets_made-env = .env herunterladen
clients_list-find = Einen Client suchen
attention_title = Braucht Aufmerksamkeit
attention_leaked = { $label } wurde öffentlich gefunden. Erstellen Sie ein neues Secret und löschen Sie dieses.
attention_expires = { $label } läuft am { $end } ab. Erneuern Sie es vorher.
attention_proof = Beim letzten Mal wurde der Nachweis, dass { $root } Ihnen gehört, nicht gefunden.
attention_callback = { $root } hat keine aktive Callback-URL: Niemand kann sich dort anmelden.
attention_secret = Mit { $root } ist kein brauchbares Secret verknüpft: Anmeldungen können nicht eingelöst werden.
attention_approval = Eine Genehmigung endet am { $end }. Erneuern Sie sie vorher.
attention_accepted = Jemand hat Ihre Anfrage angenommen.
attention_declined = Jemand hat Ihre Anfrage abgelehnt.
attention_owner = Es gibt nur einen Inhaber. Fügen Sie einen weiteren hinzu, der einspringen kann.
overview_before = Bevor Sie live gehen
overview_advice-live = Testmodus ist aus
overview_advice-server_ips = Server-IP-Adressen sind angegeben
overview_advice-ownership = Inhaberschaft ist nachgewiesen
overview_advice-presentation = Logo, Datenschutzerklärung und Bedingungen sind da
overview_advice-second_owner = Ein zweiter Inhaber kann einspringen
overview_advice-webhook = Eine Webhook-URL meldet Ihren Servern, was geschieht
overview_advice-verification = Reservierte Scopes sind für die Domains genehmigt, die sie verwenden
overview_next = Nächster Schritt: { $step }
shell_logins = Anmeldungen in 7 Tagen
secrets_on-title = { $label } einschalten?
secrets_off-title = { $label } ausschalten?
secrets_rotate-now = Server, die das alte noch senden, werden sofort abgewiesen.
secrets_logins = { $logins ->
    [one] Eine Anmeldung in 7 Tagen hat dieses Secret benutzt.
   *[other] { $logins } Anmeldungen in 7 Tagen haben dieses Secret benutzt.
}
attention_parked = { $parked ->
    [one] Eine Nachricht an eine Webhook-URL ist geparkt: Erst Sie versuchen es erneut.
   *[other] { $parked } Nachrichten an Webhook-URLs sind geparkt: Erst Sie versuchen es erneut.
}
clients_list-role = Ihre Rolle
clients_list-unpaid = Clients gehören zu einem bezahlten Konto: Damit melden sich Menschen mit XWMS bei Ihrer eigenen Website an.
clients_list-plans = Tarife ansehen
secrets_linked = Verknüpft mit
secrets_linked-none = keine Domain: es öffnet noch nichts
secrets_leaked = Dieses Secret wurde am { $at } als öffentlich gefunden gemeldet. Es bleibt aus. Erstellen Sie ein neues, verknüpfen Sie es und löschen Sie dieses.
attention_name = Menschen sehen noch den Namen { $shown }, bis der neue geprüft ist.
