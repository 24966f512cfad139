"""MVidarr: follows artists, finds their music videos, downloads, files and plays them."""

__version__ = "0.1.0"
