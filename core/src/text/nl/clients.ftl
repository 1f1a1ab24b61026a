# clients
subject_type_fixed = Er hebben al mensen ingelogd: zij zouden onbekenden zijn voor de client.
