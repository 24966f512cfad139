import hashlib
import io
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from mvidarr.core.errors import Invalid, NotFound
from mvidarr.media import disks, probe, thumbnails
from tests.fakes import media

Make = Callable[..., Path]


def picture(
    form: str, size: tuple[int, int] = (1280, 720), mode: str = "RGB", *, turned: int = 0
) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = turned, "secret place"
    colours: dict[str, float | tuple[float, ...]] = {
        "RGBA": (200, 40, 40, 0),
        "L": 90,
        "P": 3,
        "LA": (9, 9),
        "1": 1,
        "I;16": 9,
    }
    options = {"exif": exif} if turned else {}
    Image.new(mode, size, colours.get(mode, (200, 40, 40))).save(out, form, **options)
    return out.getvalue()


def noise() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((1280, 720), 90).save(out, "PNG")
    return out.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def sizes(folder: Path, digest: str) -> list[tuple[str | None, tuple[int, int]]]:
    found = []
    for width in thumbnails.WIDTHS:
        with Image.open(thumbnails.path(folder, digest, width)) as small:
            found.append((small.format, small.size))
    return found


def test_a_picture_is_stored_in_two_widths_under_its_hash(tmp_path: Path) -> None:
    data = media.jpeg("Jóga")

    thumb = thumbnails.make(data, tmp_path)

    digest = hashlib.sha256(data).hexdigest()
    assert (thumb.hash, thumb.width, thumb.height) == (digest, 1280, 720)
    assert sizes(tmp_path, digest) == [("WEBP", (320, 180)), ("WEBP", (640, 360))]
    assert sorted(file.name for file in tmp_path.rglob("*.*")) == [
        f"{digest}-320.webp",
        f"{digest}-640.webp",
    ]
    assert (tmp_path / digest[:2] / f"{digest}-320.webp").is_file()


def test_storing_again_changes_nothing(tmp_path: Path) -> None:
    data = media.jpeg("Jóga")
    first = thumbnails.make(data, tmp_path)
    stored = thumbnails.path(tmp_path, first.hash, 320)
    before = stored.stat()

    assert thumbnails.make(data, tmp_path) == first
    assert (stored.stat().st_ino, stored.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize(
    ("form", "mode"),
    [
        *(("JPEG", mode) for mode in ("RGB", "L", "CMYK")),
        *(("PNG", mode) for mode in ("RGB", "RGBA", "L", "LA", "P", "1", "I;16")),
        *(("WEBP", mode) for mode in ("RGB", "RGBA", "L")),
    ],
)
def test_every_kind_of_picture_that_is_taken_works(tmp_path: Path, form: str, mode: str) -> None:
    data = picture(form, mode=mode)

    thumb = thumbnails.make(data, tmp_path)

    assert sizes(tmp_path, thumb.hash)[0] == ("WEBP", (320, 180))


def test_the_average_colour_is_kept(tmp_path: Path) -> None:
    thumb = thumbnails.make(picture("PNG"), tmp_path)

    assert thumb.colour == "#c82828"


def test_what_is_transparent_becomes_black(tmp_path: Path) -> None:
    assert thumbnails.make(picture("PNG", mode="RGBA"), tmp_path).colour == "#000000"


def test_a_small_or_thin_picture_is_not_blown_up(tmp_path: Path) -> None:
    thumb = thumbnails.make(picture("PNG", (200, 3000)), tmp_path)

    assert sizes(tmp_path, thumb.hash) == [("WEBP", (200, 3000)), ("WEBP", (200, 3000))]

    thumb = thumbnails.make(picture("PNG", (3000, 1)), tmp_path)

    assert sizes(tmp_path, thumb.hash) == [("WEBP", (320, 1)), ("WEBP", (640, 1))]


def test_a_turned_photograph_stands_upright_and_says_nothing_more(tmp_path: Path) -> None:
    data = picture("JPEG", (1200, 800), turned=6)

    thumb = thumbnails.make(data, tmp_path)

    assert (thumb.width, thumb.height) == (800, 1200)
    assert sizes(tmp_path, thumb.hash)[0] == ("WEBP", (320, 480))
    for stored in (
        thumbnails.path(tmp_path, thumb.hash, 640).read_bytes(),
        thumbnails.as_jpeg(data),
    ):
        assert b"secret place" not in stored


@pytest.mark.parametrize("form", thumbnails.FORMATS)
def test_artwork_becomes_a_jpeg_of_bounded_width(form: str) -> None:
    data = thumbnails.as_jpeg(picture(form, (1920, 1080)))

    with Image.open(io.BytesIO(data)) as made:
        assert (made.format, made.size) == ("JPEG", (1280, 720))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>sorry</html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        picture("GIF", mode="P"),
        picture("BMP"),
        picture("TIFF"),
        picture("JPEG")[:2000],
        picture("PNG")[:500],
        picture("WEBP")[:100],
        png_of(400, 400),
        b"\x89PNG\r\n\x1a\n" + b"\0" * 1000,
    ],
)
def test_what_is_no_picture_of_ours_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Invalid):
        thumbnails.make(data, tmp_path)

    with pytest.raises(Invalid):
        thumbnails.as_jpeg(data)

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("size", [(7000, 7000), (10_000, 10_000), (60_000, 60_000)])
def test_a_picture_of_too_many_pixels_is_refused_from_its_header(size: tuple[int, int]) -> None:
    with pytest.raises(Invalid, match="40 million"):
        thumbnails.as_jpeg(png_of(*size))


def test_a_picture_of_too_many_bytes_is_refused() -> None:
    with pytest.raises(Invalid, match="10 MiB"):
        thumbnails.as_jpeg(picture("JPEG") + b"\0" * thumbnails.MAX_BYTES)


@pytest.mark.filterwarnings("ignore")  # Pillow's words about damaged EXIF data
@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_picture_is_stored_or_refused(tmp_path: Path, seed: int) -> None:
    form = thumbnails.FORMATS[seed % 3]
    data = bytearray(picture(form, (64, 64), turned=6))
    for step in range(12):
        data[(seed * 7919 + step * 104_729) % len(data)] = (seed * 31 + step * 17) % 256
    try:
        thumb = thumbnails.make(bytes(data), tmp_path)
    except Invalid:
        assert not list(tmp_path.iterdir())
    else:
        assert sizes(tmp_path, thumb.hash)


@pytest.mark.parametrize(
    ("digest", "width"),
    [
        ("a" * 64, 99_999),
        ("a" * 64, 0),
        ("a" * 63, 320),
        ("A" * 64, 320),
        ("../" + "a" * 61, 320),
        ("a" * 64 + "\n", 320),
        ("", 320),
    ],
)
def test_only_hashes_and_widths_of_ours_have_a_path(
    tmp_path: Path, digest: str, width: int
) -> None:
    with pytest.raises(NotFound):
        thumbnails.path(tmp_path, digest, width)


def test_a_folder_that_takes_nothing_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "file"
    folder.touch()

    with pytest.raises(disks.LibraryOffline):
        thumbnails.make(media.jpeg("Jóga"), folder)


@pytest.mark.root
def test_a_full_disk_keeps_no_empty_picture(small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(b"x" * 240_000)

    with pytest.raises(disks.DiskFull):
        thumbnails.make(noise(), small_disk)

    assert not [file for file in small_disk.rglob("*") if file.is_file() and file.suffix]
    assert not list(small_disk.rglob(".*"))


@pytest.mark.ffmpeg
def test_a_frame_of_a_video_makes_a_picture(film: Path, tmp_path: Path) -> None:
    data = thumbnails.frame(film, 2.0)

    assert (thumbnails.make(data, tmp_path).width, thumbnails.frame(film, 2.0)) == (320, data)
    with pytest.raises(probe.ProbeError):
        thumbnails.frame(tmp_path / "gone.mp4", 2.0)


def test_asking_for_a_path_loads_no_pillow() -> None:
    import subprocess

    code = "import sys; from mvidarr.media import thumbnails; print('PIL' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
