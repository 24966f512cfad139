"""Pictures: small WebP copies for pages, JPEG for sidecars, frames for what has no picture.

Bytes come from outside: three formats, bounded in bytes and in pixels, always encoded anew. Pillow
is imported only where it works, so that the web process, which only asks for `path`, stays small.
"""

import hashlib
import re
import struct
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from mvidarr.core.errors import Invalid, NotFound
from mvidarr.media import disks, probe

if TYPE_CHECKING:
    from PIL.Image import Image

WIDTHS = (320, 640)
FORMATS = ("JPEG", "PNG", "WEBP")
MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000

# what Pillow raises for damaged pictures, found by damaging some thousands
_BROKEN = (
    *(OSError, EOFError, ValueError, SyntaxError, TypeError, LookupError, ArithmeticError),
    *(MemoryError, struct.error),
)
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Thumb:
    """A stored picture: its hash, the size of the original, its average colour as #rrggbb."""

    hash: str
    width: int
    height: int
    colour: str


def make(data: bytes, folder: Path) -> Thumb:
    """Store a picture in all widths under its hash; Invalid when it is none we take."""
    digest = hashlib.sha256(data).hexdigest()
    picture, (width, height) = _opened(data, max(WIDTHS))
    for wide in sorted(WIDTHS, reverse=True):
        picture = _narrowed(picture, wide)
        final = path(folder, digest, wide)
        if not final.exists():
            _store(picture, final)
    colour = f"#{picture.resize((1, 1)).tobytes().hex()}"
    return Thumb(hash=digest, width=width, height=height, colour=colour)


def path(folder: Path, digest: str, width: int) -> Path:
    """Where a stored picture lies; NotFound for anything but a hash and a width of ours."""
    if width not in WIDTHS or not _HASH.fullmatch(digest):
        raise NotFound("There is no such picture.")
    return folder / digest[:2] / f"{digest}-{width}.webp"


def as_jpeg(data: bytes, max_width: int = 1280) -> bytes:
    """The picture as JPEG without anything else in it, for artwork beside a video."""
    out = BytesIO()
    picture, _ = _opened(data, max_width)
    _narrowed(picture, max_width).save(out, "JPEG", quality=88, optimize=True, progressive=True)
    return out.getvalue()


def frame(video: Path, at: float, timeout: float = 60) -> bytes:
    """A frame of a video at `at` seconds, as JPEG; ProbeError when there is none."""
    with tempfile.TemporaryDirectory(prefix="mvidarr-") as folder:
        into = Path(folder) / "frame.jpg"
        probe.ask({"path": str(video.absolute()), "at": at, "into": str(into)}, timeout)
        return into.read_bytes()


def _opened(data: bytes, width: int) -> tuple["Image", tuple[int, int]]:
    """The picture upright and in RGB, at least `width` wide if it was, and its original size."""
    from PIL import Image, ImageOps

    if len(data) > MAX_BYTES:
        raise Invalid({"image": "The picture is larger than 10 MiB."})
    bombs = (Image.DecompressionBombError, Image.DecompressionBombWarning)
    try:
        picture = Image.open(BytesIO(data), formats=FORMATS)
        if picture.width * picture.height > MAX_PIXELS:
            raise Invalid({"image": "The picture has more than 40 million pixels."})
        size = picture.size
        picture.draft("RGB", (width, width))  # JPEG: decodes a smaller copy, much faster
        picture.load()
        upright = ImageOps.exif_transpose(picture)
    except bombs:
        raise Invalid({"image": "The picture has more than 40 million pixels."}) from None
    except _BROKEN as error:
        raise Invalid({"image": "The picture is no whole JPEG, PNG or WebP."}) from error
    if (upright.width > upright.height) != (picture.width > picture.height):
        size = (size[1], size[0])
    return _flattened(upright), size


def _flattened(picture: "Image") -> "Image":
    """RGB; what is transparent becomes black."""
    from PIL import Image

    if not picture.has_transparency_data:
        return picture.convert("RGB")
    see_through = picture.convert("RGBA")
    flat = Image.new("RGB", picture.size)
    flat.paste(see_through, mask=see_through.getchannel("A"))
    return flat


def _narrowed(picture: "Image", width: int) -> "Image":
    """The picture at most this wide; never wider than it was."""
    from PIL.Image import Resampling

    if picture.width <= width:
        return picture
    height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), Resampling.LANCZOS, reducing_gap=3.0)


def _store(picture: "Image", final: Path) -> None:
    out = BytesIO()
    picture.save(out, "WEBP", quality=75, method=4)
    part = final.with_name(f".{uuid4().hex}")
    with disks.disk_errors(final.parents[1]):
        final.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_bytes(out.getvalue())
            disks.sync(part)  # an empty picture would be served for ever
            part.replace(final)
        except BaseException:
            with suppress(OSError):
                part.unlink()
            raise
