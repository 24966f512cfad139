"""A child that finds no pip."""

from mvidarr.core import child

if __name__ == "__main__":
    child.serve(lambda request, say: say({"is": "missing"}))
