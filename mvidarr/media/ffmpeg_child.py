"""Runs one ffmpeg under limits, in a child whose group dies with the worker."""

import subprocess
from typing import Any

from mvidarr.core import child
from mvidarr.media import limits

KEPT = 4000  # characters of what ffmpeg says; the last ones


def work(request: dict[str, Any], say: child.Say) -> None:
    """Answer `{"command": […]}` with the exit code and what was said."""
    limits.apply()
    try:
        done = subprocess.run(
            request["command"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
    except (FileNotFoundError, PermissionError) as error:
        say({"missing": str(error)})
    else:
        say({"code": done.returncode, "said": done.stderr.decode(errors="replace")[-KEPT:]})


if __name__ == "__main__":
    child.serve(work)
