"""What everything else stands on: words, errors, time, text, database, network, children."""
