"""The face over HTTP: each handler loads, calls one domain verb and says what to show."""
