"""The child that runs pip: of this environment, else of the Python that it was made from.

pip is no library: it is run as a program, in the group of this process, so that it never outlives
the worker.
"""

import contextlib
import importlib.util
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

from mvidarr.core import child

LARGEST = 256 * 1024 * 1024  # bytes of one file; all of yt-dlp is a tenth of it
KEPT = 8_000  # characters of what pip said, the last ones
# in the working folder; why an index did not answer stands in the log alone
LOG, REPORT = Path("pip.log"), Path("report.json")
ALWAYS = (
    f"--log={LOG}",
    "--disable-pip-version-check",
    "--no-input",
    "--no-color",
    "--quiet",
    "--progress-bar=off",
    "--retries=2",
    "--timeout=30",
)


def main(request: dict[str, Any], say: child.Say) -> None:
    """Run pip with `args`; the packages of its report are told by name, where it made one."""
    program = find_pip()
    if program is None:
        say({"is": "missing"})
        return
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST))
    done = subprocess.run(
        [program, "-P", "-m", "pip", *request["args"], *ALWAYS],
        capture_output=True,
        text=True,
        check=False,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
    )
    versions = {}
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        told = [one["metadata"] for one in json.loads(REPORT.read_bytes())["install"]]
        versions = {one["name"].casefold(): one["version"] for one in told}
    said = f"{_unreachable()}{done.stderr}"[-KEPT:]
    say({"is": "done", "code": done.returncode, "said": said, "versions": versions})


def find_pip() -> str | None:
    """The Python that has pip and whose packages fit ours."""
    if importlib.util.find_spec("pip"):
        return sys.executable
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    base = Path(sys.base_prefix) / "bin" / version
    if not base.is_file():
        return None
    asked = [str(base), "-P", "-c", "import pip"]
    done = subprocess.run(asked, capture_output=True, check=False)
    return str(base) if done.returncode == 0 else None


def _unreachable() -> str:
    try:
        lines = LOG.read_text("utf-8", "replace").splitlines(keepends=True)
    except OSError:
        return ""
    return "".join(line for line in lines if "Could not fetch URL" in line)


if __name__ == "__main__":
    child.serve(main)
