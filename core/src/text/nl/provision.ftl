# Provisioning files
too_long-file = Een provisioningbestand heeft hoogstens { $max } MiB.
malformed-toml = Dit is geen TOML: { $why }
unknown_field-key = Er is hier geen sleutel “{ $key }”. Er zijn: { $known }.
not_a_list-tables = Geef een lijst van tabellen.
not_an_object-table = Geef een tabel.
duplicate-item = “{ $text }” staat al in deze lijst.
duplicate-entry = Dit staat al in het bestand: { $entry }.
required-owner = Zeg van wie deze nieuwe client is.
no_account-owner = Er is geen account { $email }. Voeg het toe aan de gebruikers van het bestand.
ambiguous = Dit account heeft meer clients met deze naam. Geef de id van degene die je bedoelt.
other_owner = Deze client is van een ander account, en een bestand draagt er geen over.
deleted = De client met deze id is verwijderd, en geen id wordt opnieuw gebruikt.
plan_required = Het abonnement van dit account staat geen client meer toe.
plan_required-lapsed = Het abonnement van { $owner } staat nu geen clients toe: deze kan worden gelezen, maar niet gewijzigd.
