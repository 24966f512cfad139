"""One polite governor for everybody else's systems: what they are, how often, how they do."""
