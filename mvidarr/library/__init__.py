"""The library: artists, their videos, the uploads these come from and the files they lie in."""
