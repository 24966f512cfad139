"""`python -m mvidarr`."""

from mvidarr.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
