"""People: their roles and passwords, how they sign in, and who is behind a request."""
