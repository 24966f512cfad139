"""A yt-dlp that misbehaves: a package for the folder of updates, which comes before the real one.

It loads the real one and replaces what the child asks of it, `YoutubeDL.extract_info`.
"""

from pathlib import Path

PACKAGE = """
import sys
from pathlib import Path
sys.path = [one for one in sys.path if one != str(Path(__file__).resolve().parents[1])]
del sys.modules["yt_dlp"]
import os, signal, time
import yt_dlp

def extract_info(self, url, download=True, process=True):
    {body}

yt_dlp.YoutubeDL.extract_info = extract_info
"""

WAYS = {
    "hangs": "time.sleep(600)",
    "ends": "os._exit(0)",
    "ends badly": "os._exit(3)",
    "crashes": "os.kill(os.getpid(), signal.SIGSEGV)",
    "knows it already": "return None",
    "fetched nothing": "return {'title': 'Joga', 'webpage_url': 'https://example.org'}",
    "was too large": "return {'title': 'Joga', 'requested_downloads': [{'filepath': None}]}",
    "left no file": "return {'title': 'Joga', 'requested_downloads': [{'filepath': 'a.mp4'}]}",
    "left an empty file": (
        "open('a.mp4', 'w').close();"
        " return {'title': 'Joga', 'requested_downloads': [{'filepath': 'a.mp4'}]}"
    ),
    "left the folder": (
        "return {'title': 'Joga', 'requested_downloads': [{'filepath': '../outside.mp4'}]}"
    ),
    "floods": (
        "[os.write(2, b'e' * 65536) and os.write(1, b'o' * 65536) for _ in range(320)];"
        " raise yt_dlp.utils.DownloadError('ERROR: [youtube] Joga0000001: Video unavailable')"
    ),
    "talks of secrets": (
        "raise yt_dlp.utils.DownloadError('ERROR: giving up on"
        " https://rr1.googlevideo.com/videoplayback?sig=SECRET&ip=1.2.3.4 and"
        " https://rr1.googlevideo.com/api/manifest/pot/SECRET/a.m3u8 and"
        " https://example.org/a?token=SECRET by http://me:SECRET@127.0.0.1:3128/')"
    ),
}


def install(folder: Path, way: str) -> Path:
    """Make it ready in `folder`; answers the folder."""
    package = folder / "yt_dlp"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(PACKAGE.format(body=WAYS[way]))
    return folder
