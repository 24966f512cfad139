"""Real media, made once per session by ffmpeg: a test picture and a tone, whole or as streams."""

import atexit
import functools
import io
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

from PIL import Image, ImageDraw

VIDEO = {
    "h264": ("mp4", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 10"),
    "vp9": ("webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -row-mt 1 -b:v 400k"),
}
AUDIO = {
    "aac": ("m4a", "-c:a aac -b:a 96k"),
    "opus": ("webm", "-c:a libopus -b:a 96k"),
}
_making = threading.Lock()


def has_ffmpeg() -> bool:
    return shutil.which("ffmpeg") is not None


def video(height: int = 1080, *, seconds: float = 3, codec: str = "h264") -> Path:
    """A stream with picture only."""
    kind, options = VIDEO[codec]
    return _made(f"{codec}-{height}-{seconds}.{kind}", f"{_picture(height, seconds)} {options} -an")


def audio(*, seconds: float = 3, codec: str = "aac") -> Path:
    """A stream with sound only."""
    kind, options = AUDIO[codec]
    return _made(f"{codec}-{seconds}.{kind}", f"{_tone(seconds)} {options} -vn")


def film(height: int = 720, *, seconds: float = 3) -> Path:
    """Picture and sound in one MP4."""
    options = f"{VIDEO['h264'][1]} {AUDIO['aac'][1]} -movflags +faststart -shortest"
    inputs = f"{_picture(height, seconds)} {_tone(seconds)}"
    return _made(f"film-{height}-{seconds}.mp4", f"{inputs} {options}")


@functools.cache
def jpeg(text: str, width: int = 1280, height: int = 720) -> bytes:
    """A JPEG whose colour follows from `text`, which is also written on it."""
    hue = sum(text.encode()) * 37 % 360
    picture = Image.new("RGB", (width, height), f"hsl({hue}, 45%, 40%)")
    ImageDraw.Draw(picture).text((width // 20, height // 20), text, fill="white")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()


def _picture(height: int, seconds: float) -> str:
    width = height * 16 // 9 // 2 * 2
    return f"-f lavfi -t {seconds} -i testsrc2=size={width}x{height}:rate=10"


def _tone(seconds: float) -> str:
    return f"-f lavfi -t {seconds} -i sine=frequency=440:sample_rate=44100"


@functools.cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="mvidarr-media-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _made(name: str, options: str) -> Path:
    path = _folder() / name
    with _making:  # two servers' threads must not make the same file at once
        if not path.exists():
            draft = path.with_name(f"draft-{name}")
            command = ["ffmpeg", "-y", "-v", "error", *options.split(), str(draft)]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
            draft.rename(path)
    return path
