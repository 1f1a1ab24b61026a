# Provisioning files
too_long-file = Eine Provisionierungsdatei hat höchstens { $max } MiB.
malformed-toml = Dies ist kein TOML: { $why }
unknown_field-key = Hier gibt es keinen Schlüssel „{ $key }“. Es gibt: { $known }.
not_a_list-tables = Geben Sie eine Liste von Tabellen an.
not_an_object-table = Geben Sie eine Tabelle an.
duplicate-item = „{ $text }“ steht schon in dieser Liste.
duplicate-entry = Dies steht schon in der Datei: { $entry }.
required-owner = Sagen Sie, wem dieser neue Client gehört.
no_account-owner = Es gibt kein Konto { $email }. Fügen Sie es den Benutzern der Datei hinzu.
ambiguous = Dieses Konto hat mehrere Clients dieses Namens. Geben Sie die Id des gemeinten an.
other_owner = Dieser Client gehört einem anderen Konto, und eine Datei überträgt keinen.
deleted = Der Client mit dieser Id wurde gelöscht, und keine Id wird wieder verwendet.
plan_required = Der Tarif dieses Kontos erlaubt keinen weiteren Client.
plan_required-lapsed = Der Tarif von { $owner } erlaubt jetzt keine Clients: Dieser kann gelesen, aber nicht geändert werden.
