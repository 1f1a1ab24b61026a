# errors
in_progress = Die erste Anfrage mit diesem Schlüssel wird noch ausgeführt.
