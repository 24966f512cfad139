"""The child that says which yt-dlp it has got, whether it is whole, and where it is from."""

import importlib
from typing import Any

from mvidarr.core import child


def main(request: dict[str, Any], say: child.Say) -> None:
    """Import all that a download needs; whatever fails is told as one message."""
    try:
        import yt_dlp
        from yt_dlp.extractor import get_info_extractor

        say(
            {
                "is": "whole",
                "version": yt_dlp.version.__version__,
                "from": yt_dlp.__file__,
                "solver": importlib.import_module("yt_dlp_ejs").__file__,
                "extractor": get_info_extractor("Youtube").IE_NAME,
            }
        )
    except Exception as error:  # the child's one border: what is broken may break in any way
        say({"is": "broken", "text": f"{type(error).__name__}: {error}"[:500]})


if __name__ == "__main__":
    child.serve(main)
