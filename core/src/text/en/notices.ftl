# notices
plain = { $text }
