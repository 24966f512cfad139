"""Downloads: a queue of rows, the steps of one row, and what follows from each way to fail."""
