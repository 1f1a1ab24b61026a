# What the pages of verifications, members, roles, tokens, audit and settings say.
