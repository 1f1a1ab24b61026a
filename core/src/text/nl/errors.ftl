# errors
in_progress = Het eerste verzoek met deze sleutel wordt nog uitgevoerd.
