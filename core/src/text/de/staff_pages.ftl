# What the pages of the staff say.
