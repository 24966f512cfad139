"""Tell people and media servers what happened, from rows, until it is told."""
