section_webhooks = Webhooks
done_pinged = Sent. You see here what came of it.
done_redelivered = It is sent again now.
webhooks_purpose = What we tell your servers, and what they answered. Each message is signed with the secret of its URL.
webhooks_none = No webhook URLs. Add one at a domain, under Domain URLs.
webhooks_deliveries = Deliveries
webhooks_deliveries-none = Nothing was sent yet.
webhooks_event = Event
webhooks_any_url = All URLs
webhooks_any_event = All events
webhooks_any_status = Any status
webhooks_status-waiting = Waiting
webhooks_status-delivered = Delivered
webhooks_status-parked = Parked
webhooks_status-unsent = Not sent
webhooks_last = Last delivery
webhooks_waiting = Waiting
webhooks_time = Time
webhooks_answer = Answer
webhooks_next = Next try
webhooks_duration = Duration
webhooks_cause = Cause
webhooks_took = { $ms } ms
webhooks_ping = Ping
webhooks_rotate = Rotate secret
webhooks_caption-endpoints = Webhook URLs, oldest first
webhooks_caption-deliveries = Deliveries, newest first
webhooks_caption-tries = Tries, oldest first
webhooks_tries-none = It was not tried yet.
webhooks_delivery-title = Delivery
webhooks_delivery-purpose = Its ID is the message’s webhook-id, the same at every try. What your server answers is not kept.
webhooks_again = Redeliver
webhooks_again-all = Redeliver all parked
webhooks_again-title = Redeliver all parked?
webhooks_cause-switched_off = the URL or its domain is off
webhooks_cause-client_suspended = the client is suspended
webhooks_cause-no_secret = the URL has no secret: rotate it
webhooks_cause-unavailable = we could not look up the URL
webhooks_cause-url_malformed = the URL is none that we can send to
webhooks_cause-scheme_refused = only https is allowed
webhooks_cause-port_refused = only port 443 is allowed
webhooks_cause-address_refused = the name has no public address
webhooks_cause-host_unknown = no such name
webhooks_cause-dns_failed = the DNS gave no answer
webhooks_cause-unreachable = no connection came about
webhooks_cause-tls = the certificate is not trusted
webhooks_cause-timeout = no answer within 10 seconds
webhooks_cause-redirect_refused = the answer leads elsewhere, and we follow none
webhooks_cause-too_large = the answer is larger than 16 KiB
webhooks_cause-bad_answer = the answer is no HTTP, or broke off
urls_rotated-title = The new signing secret
urls_rotate-title = Rotate the webhook’s secret
urls_rotate-purpose = A new secret is made. Until the old one ends both are valid: each message is signed with both.
section_webhooks-mark = { $count } parked
webhooks_status-retrying = { $tries ->
    [one] Retrying, 1 try
   *[other] Retrying, { $tries } tries
 }
webhooks_again-purpose = { $count ->
    [0] Nothing is parked.
    [one] One message is sent again, and tried for a day.
   *[other] { $count } messages are sent again, and tried for a day.
 }
audit_rotated = secret rotated
