"""Work in rows: claimed under a lease, kept alive by heartbeats, given back when its owner dies."""
