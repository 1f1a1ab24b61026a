# clients
subject_type_fixed = Es haben sich schon Personen angemeldet: Sie wären dem Client fremd.
