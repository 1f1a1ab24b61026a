section_webhooks = Webhooks
done_pinged = Verstuurd. Je ziet hier wat ervan komt.
done_redelivered = Het wordt nu opnieuw verstuurd.
webhooks_purpose = Wat we je servers vertellen, en wat ze antwoordden. Elk bericht is ondertekend met het secret van zijn URL.
webhooks_none = Geen webhook-URL’s. Voeg er een toe bij een domein, onder Domein-URL’s.
webhooks_deliveries = Bezorgingen
webhooks_deliveries-none = Er is nog niets verstuurd.
webhooks_event = Gebeurtenis
webhooks_any_url = Alle URL’s
webhooks_any_event = Alle gebeurtenissen
webhooks_any_status = Elke status
webhooks_status-waiting = Wacht
webhooks_status-delivered = Bezorgd
webhooks_status-parked = Geparkeerd
webhooks_status-unsent = Niet verstuurd
webhooks_last = Laatste bezorging
webhooks_waiting = Wacht
webhooks_time = Tijd
webhooks_answer = Antwoord
webhooks_next = Volgende poging
webhooks_duration = Duur
webhooks_cause = Oorzaak
webhooks_took = { $ms } ms
webhooks_ping = Ping
webhooks_rotate = Secret vernieuwen
webhooks_caption-endpoints = Webhook-URL’s, oudste eerst
webhooks_caption-deliveries = Bezorgingen, nieuwste eerst
webhooks_caption-tries = Pogingen, oudste eerst
webhooks_tries-none = Het is nog niet geprobeerd.
webhooks_delivery-title = Bezorging
webhooks_delivery-purpose = De ID is de webhook-id van het bericht, bij elke poging dezelfde. Wat je server antwoordt, wordt niet bewaard.
webhooks_again = Opnieuw bezorgen
webhooks_again-all = Alle geparkeerde opnieuw bezorgen
webhooks_again-title = Alle geparkeerde opnieuw bezorgen?
webhooks_cause-switched_off = de URL of het domein staat uit
webhooks_cause-client_suspended = de client is opgeschort
webhooks_cause-no_secret = de URL heeft geen secret: vernieuw het
webhooks_cause-unavailable = we konden de URL niet opzoeken
webhooks_cause-url_malformed = naar deze URL kunnen we niets sturen
webhooks_cause-scheme_refused = alleen https is toegestaan
webhooks_cause-port_refused = alleen poort 443 is toegestaan
webhooks_cause-address_refused = de naam heeft geen openbaar adres
webhooks_cause-host_unknown = deze naam bestaat niet
webhooks_cause-dns_failed = de DNS gaf geen antwoord
webhooks_cause-unreachable = er kwam geen verbinding tot stand
webhooks_cause-tls = het certificaat wordt niet vertrouwd
webhooks_cause-timeout = geen antwoord binnen 10 seconden
webhooks_cause-redirect_refused = het antwoord leidt ergens anders heen, en dat volgen we niet
webhooks_cause-too_large = het antwoord is groter dan 16 KiB
webhooks_cause-bad_answer = het antwoord is geen HTTP of brak af
urls_rotated-title = Het nieuwe ondertekeningssecret
urls_rotate-title = Het secret van de webhook vernieuwen
urls_rotate-purpose = Er wordt een nieuw secret gemaakt. Tot het oude eindigt zijn beide geldig: elk bericht is met beide ondertekend.
section_webhooks-mark = { $count } geparkeerd
webhooks_status-retrying = { $tries ->
    [one] Opnieuw, 1 poging
   *[other] Opnieuw, { $tries } pogingen
 }
webhooks_again-purpose = { $count ->
    [0] Er is niets geparkeerd.
    [one] Eén bericht wordt opnieuw verstuurd en een dag lang geprobeerd.
   *[other] { $count } berichten worden opnieuw verstuurd en een dag lang geprobeerd.
 }
audit_rotated = secret vernieuwd
