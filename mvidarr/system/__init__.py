"""The program looking after itself: starting, its clock, its health."""
