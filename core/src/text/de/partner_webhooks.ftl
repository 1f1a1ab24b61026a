section_webhooks = Webhooks
done_pinged = Gesendet. Sie sehen hier, was daraus wird.
done_redelivered = Es wird jetzt erneut gesendet.
webhooks_purpose = Was wir Ihren Servern mitteilen, und was sie geantwortet haben. Jede Nachricht ist mit dem Secret ihrer URL signiert.
webhooks_none = Keine Webhook-URLs. Fügen Sie bei einer Domain unter Domain-URLs eine hinzu.
webhooks_deliveries = Zustellungen
webhooks_deliveries-none = Es wurde noch nichts gesendet.
webhooks_event = Ereignis
webhooks_any_url = Alle URLs
webhooks_any_event = Alle Ereignisse
webhooks_any_status = Jeder Status
webhooks_status-waiting = Wartet
webhooks_status-delivered = Zugestellt
webhooks_status-parked = Geparkt
webhooks_status-unsent = Nicht gesendet
webhooks_last = Letzte Zustellung
webhooks_waiting = Wartet
webhooks_time = Zeit
webhooks_answer = Antwort
webhooks_next = Nächster Versuch
webhooks_duration = Dauer
webhooks_cause = Ursache
webhooks_took = { $ms } ms
webhooks_ping = Ping
webhooks_rotate = Secret erneuern
webhooks_caption-endpoints = Webhook-URLs, älteste zuerst
webhooks_caption-deliveries = Zustellungen, neueste zuerst
webhooks_caption-tries = Versuche, ältester zuerst
webhooks_tries-none = Es wurde noch nicht versucht.
webhooks_delivery-title = Zustellung
webhooks_delivery-purpose = Die ID ist die webhook-id der Nachricht, bei jedem Versuch dieselbe. Was Ihr Server antwortet, wird nicht aufbewahrt.
webhooks_again = Erneut zustellen
webhooks_again-all = Alle geparkten erneut zustellen
webhooks_again-title = Alle geparkten erneut zustellen?
webhooks_cause-switched_off = die URL oder ihre Domain ist aus
webhooks_cause-client_suspended = der Client ist gesperrt
webhooks_cause-no_secret = die URL hat kein Secret: Erneuern Sie es
webhooks_cause-unavailable = wir konnten die URL nicht nachschlagen
webhooks_cause-url_malformed = an diese URL können wir nichts senden
webhooks_cause-scheme_refused = nur https ist erlaubt
webhooks_cause-port_refused = nur Port 443 ist erlaubt
webhooks_cause-address_refused = der Name hat keine öffentliche Adresse
webhooks_cause-host_unknown = diesen Namen gibt es nicht
webhooks_cause-dns_failed = das DNS gab keine Antwort
webhooks_cause-unreachable = es kam keine Verbindung zustande
webhooks_cause-tls = dem Zertifikat wird nicht vertraut
webhooks_cause-timeout = keine Antwort innerhalb von 10 Sekunden
webhooks_cause-redirect_refused = die Antwort führt woanders hin, und dem folgen wir nicht
webhooks_cause-too_large = die Antwort ist größer als 16 KiB
webhooks_cause-bad_answer = die Antwort ist kein HTTP oder brach ab
urls_rotated-title = Das neue Signatur-Secret
urls_rotate-title = Das Secret des Webhooks erneuern
urls_rotate-purpose = Ein neues Secret wird gemacht. Bis das alte endet, gelten beide: Jede Nachricht ist mit beiden signiert.
section_webhooks-mark = { $count } geparkt
webhooks_status-retrying = { $tries ->
    [one] Erneut, 1 Versuch
   *[other] Erneut, { $tries } Versuche
 }
webhooks_again-purpose = { $count ->
    [0] Nichts ist geparkt.
    [one] Eine Nachricht wird erneut gesendet und einen Tag lang versucht.
   *[other] { $count } Nachrichten werden erneut gesendet und einen Tag lang versucht.
 }
audit_rotated = Secret erneuert
