# errors
in_progress = The first request with this key is still being carried out.
