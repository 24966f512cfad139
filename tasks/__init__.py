"""The clock and the queues: Huey wakes somebody to look, the rows know what to do."""
