# errors
in_progress = The first request with this key is still being carried out.
malformed-query = Send the query in UTF-8, form-encoded.
repeated = Give it once.
unknown_field-query = There is no such word of the query. There are: { $known }.
malformed-idempotency_key = Give 1 to 255 characters of ASCII.
unknown_field-form = this form has no such field, or has it once
invalid-secret_value = this is not the text of this secret
