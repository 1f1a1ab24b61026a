# What the pages of the account say.
