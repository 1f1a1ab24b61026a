# What the pages of domains say.
