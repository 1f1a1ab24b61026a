# errors
in_progress = Die erste Anfrage mit diesem Schlüssel wird noch ausgeführt.
malformed-query = Senden Sie die Query in UTF-8, form-encoded.
repeated = Geben Sie dies einmal an.
unknown_field-query = Ein solches Wort der Query gibt es nicht. Es gibt: { $known }.
malformed-idempotency_key = Geben Sie 1 bis 255 Zeichen ASCII an.
unknown_field-form = dieses Formular hat dieses Feld nicht oder nur einmal
invalid-secret_value = dies ist nicht der Text dieses Secrets
