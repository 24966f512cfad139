"""Other people's services: each module speaks to one of them, and none touches the database."""
