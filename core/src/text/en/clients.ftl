# clients
subject_type_fixed = People have logged in already: they would be strangers to the client.
