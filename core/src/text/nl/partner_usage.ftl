# What the pages of scopes, users, attempts and the check say.
