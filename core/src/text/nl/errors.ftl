# errors
in_progress = Het eerste verzoek met deze sleutel wordt nog uitgevoerd.
malformed-query = Stuur de query in UTF-8, form-encoded.
repeated = Geef dit één keer.
unknown_field-query = Zo'n woord van de query is er niet. Er zijn: { $known }.
malformed-idempotency_key = Geef 1 tot 255 tekens ASCII.
unknown_field-form = dit formulier heeft dit veld niet, of maar één keer
invalid-secret_value = dit is niet de tekst van dit secret
