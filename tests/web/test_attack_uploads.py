"""Files that nobody of good will sends: strange bodies, bombs, strangers and other sites."""

import hashlib
import io
import random
import struct
import zlib
from pathlib import Path
from typing import Any

import anyio
import pytest
from PIL import Image as Pillow

from mvidarr.core.errors import Error, Invalid
from mvidarr.library import pictures
from mvidarr.media import thumbnails
from mvidarr.models import Image, Video
from mvidarr.web import bodies
from tests.client import Client
from tests.factories import fresh, make_artist, make_file, make_source, make_video
from tests.fakes import media

MIB = 1024 * 1024
LINE = b"--edge\r\n"
END = b"\r\n--edge--\r\n"
GIVEN = "multipart/form-data; boundary=edge"


def part(name: str, content: bytes = b"", *, more: str = "") -> bytes:
    said = f'Content-Disposition: form-data; name="{name}"{more}\r\n\r\n'
    return LINE + said.encode() + content


@pytest.fixture
def manager(client: Client) -> Client:
    return client.as_role("manager")


def send(
    client: Client, path: str, body: bytes, given: str = GIVEN, origin: str = "http://testserver"
) -> Any:
    headers: dict[str, Any] = {"Content-Type": given.encode(), "Origin": origin}
    if client.token:
        headers["Cookie"] = f"mvidarr_session={client.token}"
    return client.http.post(path, content=body, headers=headers, follow_redirects=False)


# --- bodies -------------------------------------------------------------------------------------


def test_endless_empty_files_are_too_many() -> None:
    body = (part("picture", more='; filename=""') + b"\r\n") * (bodies.FIELDS + 1) + END

    with pytest.raises(Invalid):
        bodies.parse_files(body, GIVEN)


@pytest.mark.parametrize(
    "given",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary="',
        "multipart/form-data; boundary=" + "a" * 5000,
        "multipart/form-data; boundary=other",
        "multipart/form-data; boundary=é€",
    ],
)
def test_type_without_a_boundary_that_fits_is_refused(manager: Client, given: str) -> None:
    video = make_video()
    body = part("ref", b"second:1") + END

    answer = send(manager, f"/api/v1/videos/{video.id}/picture", body, given)

    assert answer.status_code == 422
    assert answer.json()["detail"].endswith(".")


@pytest.mark.parametrize(
    "body",
    [
        part("ref" * 3000, b"x") + END,
        LINE + b"X: y\r\n" * 9 + b"\r\nx" + END,
        LINE + b"\r\nx" + END,
        part("ref", b"\xff\xfe") + END,
        part("ref", b"x", more='; filename="\xff"') + END,
        part("picture", b"x", more='; filename="a"') + b"\r\n" + part("ref", b"x" * 300) + END,
        part("picture", b"plain text where a file belongs") + END,
        part("ref", b"x", more='; filename="a file where text belongs"') + END,
        part("_method", b"PUT", more='; filename="x"') + END,
        part("unknown", b"x") + END,
    ],
)
@pytest.mark.parametrize("mount", ["", "/api/v1"])
def test_strange_form_is_a_sentence_and_changes_nothing(
    manager: Client, mount: str, body: bytes
) -> None:
    video = make_video()

    answer = send(manager, f"{mount}/videos/{video.id}/picture", body)

    assert 400 <= answer.status_code < 500
    assert (fresh(video).image_id, Image.select().count()) == (None, 0)


@pytest.mark.parametrize("number", ["9" * 19, "9" * 250, "٣", "²", "-1", ""])
@pytest.mark.parametrize("kind", ["source", "second", "image"])
def test_choice_that_no_row_can_have_is_refused(manager: Client, kind: str, number: str) -> None:
    video = make_video()
    make_file(video)
    for path in (f"videos/{video.id}", f"artists/{video.artist_id}"):
        answer = manager.send("POST", f"/api/v1/{path}/picture", json={"ref": f"{kind}:{number}"})
        assert answer.status_code == 422, path


def test_choice_of_another_videos_upload_is_refused(manager: Client) -> None:
    source = make_source(video=make_video(), image_url="http://127.0.0.1:1/x.jpg")
    video = make_video()

    answer = manager.send(
        "POST", f"/api/v1/videos/{video.id}/picture", json={"ref": f"source:{source.id}"}
    )

    assert "not offered any more" in answer.text


# --- who asks -----------------------------------------------------------------------------------


def test_stranger_cannot_have_much_kept_in_memory(client: Client) -> None:
    """The answer comes as soon as the body is larger than those that everybody may send."""
    video = make_video()
    piece = bytes(64 * 1024)
    sent: list[int] = []
    told: list[int] = []

    async def receive() -> dict[str, Any]:
        sent.append(len(piece))
        return {"type": "http.request", "body": piece, "more_body": sum(sent) < 9 * MIB}

    async def answer(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            told.append(message["status"])

    path = f"/api/v1/videos/{video.id}/picture"
    headers = {"host": "testserver", "content-type": GIVEN, "origin": "http://testserver"}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
    }
    app: Any = client.http.app
    anyio.run(app, scope, receive, answer)

    assert told == [401]
    assert sum(sent) <= 2 * MIB


@pytest.mark.parametrize("role", ["readonly", "user"])
def test_reader_chooses_nothing(client: Client, role: str) -> None:
    video = make_video()
    body = part("picture", media.jpeg("new"), more='; filename="a"') + END

    for path in (f"videos/{video.id}", f"artists/{video.artist_id}"):
        for mount in ("", "/api/v1"):
            answer = send(client.as_role(role), f"{mount}/{path}/picture", body)
            assert answer.status_code == 403
    assert Image.select().count() == 0


@pytest.mark.parametrize("mount", ["", "/api/v1", "/api"])
def test_form_of_another_site_is_refused(manager: Client, mount: str) -> None:
    """A plain form of any site can send files, without asking first as JSON has to."""
    video = make_video()
    body = part("picture", media.jpeg("new"), more='; filename="a"') + END

    for origin in ("http://evil.example", "null", ""):
        answer = send(manager, f"{mount}/videos/{video.id}/picture", body, origin=origin)
        assert answer.status_code == 403, origin
    assert fresh(video).image_id is None


def test_form_with_files_is_no_way_around_json_elsewhere(manager: Client) -> None:
    keep, other = make_artist("Björk"), make_artist("Bjork")
    body = part("other", str(other.id).encode()) + END

    for mount in ("", "/api/v1"):
        assert send(manager, f"{mount}/artists/{keep.id}/merge", body).status_code == 415
    assert fresh(other).name == "Bjork"


# --- pictures -----------------------------------------------------------------------------------


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG that says how large it is; its content is empty."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    rest = b"".join(chunk(kind, data) for kind, data in chunks)
    return b"\x89PNG\r\n\x1a\n" + head + rest + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def bomb() -> bytes:
    packed = zlib.compress(bytes(200 * MIB), 9)
    return png(10, 10, (b"zTXt", b"Comment\0\0" + packed))


def picture(kind: str, size: tuple[int, int] = (64, 64), **options: Any) -> bytes:
    out = io.BytesIO()
    Pillow.new("RGB", size).save(out, kind, **options)
    return out.getvalue()


def turned() -> bytes:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    whole = picture("JPEG", exif=exif)
    return whole.replace(b"Exif\0\0MM", b"Exif\0\0II").replace(b"Exif\0\0II", b"Exif\0\0XX")


@pytest.mark.parametrize(
    "content",
    [
        png(40_000, 40_000),
        png(2**31 - 1, 2**31 - 1),
        png(0, 10),
        bomb(),
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a" + bytes(100),
        picture("TIFF"),
        picture("BMP"),
        picture("PNG")[:-40],
        picture("JPEG")[:100],
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\xff\xff\xff\xffWEBPVP8X",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        random.Random(7).randbytes(5000),
    ],
    ids=lambda content: repr(bytes(content[:12])),
)
def test_what_is_no_picture_is_told_and_leaves_nothing(
    manager: Client, content: bytes, tmp_path: Path
) -> None:
    video = make_video()
    body = part("picture", content, more='; filename="../../etc/cron.d/x"') + END

    answer = send(manager, f"/api/v1/videos/{video.id}/picture", body)

    assert answer.status_code == 422
    assert (fresh(video).image_id, Image.select().count()) == (None, 0)
    assert pictures.LOCK not in fresh(video).locked


def test_picture_with_a_spoiled_turn_is_shown_or_refused(manager: Client) -> None:
    body = part("picture", turned(), more='; filename="a"') + END

    answer = send(manager, f"/api/v1/videos/{make_video().id}/picture", body)

    assert answer.status_code in (200, 422)


def test_large_file_is_refused_before_it_is_opened(manager: Client) -> None:
    video = make_video()
    body = part("picture", bytes(thumbnails.MAX_BYTES + 1), more='; filename="a"') + END
    assert send(manager, f"/api/v1/videos/{video.id}/picture", body).status_code == 422
    body = part("picture", bytes(thumbnails.MAX_BYTES + 100_000), more='; filename="a"') + END
    assert send(manager, f"/api/v1/videos/{video.id}/picture", body).status_code == 413


@pytest.mark.parametrize(
    "link",
    [
        "file:///etc/passwd",
        "ftp://example.org/x.jpg",
        "http://127.0.0.1/x.jpg",
        "http://[::ffff:127.0.0.1]/x.jpg",
        "http://0x7f.1/x.jpg",
        "http://2130706433/x.jpg",
        "http://localhost/x.jpg",
        "http://169.254.169.254/latest/meta-data",
        "http://user:pass@example.org/x.jpg",
        "http://example.org:6379/x.jpg",
        "http://[::]/x.jpg",
        "http://[",
        "http://exa mple.org/",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "//example.org/x.jpg",
    ],
)
def test_link_into_the_network_is_refused(manager: Client, link: str) -> None:
    video = make_video()
    for path in (f"videos/{video.id}", f"artists/{video.artist_id}"):
        answer = manager.send("POST", f"/api/v1/{path}/picture", json={"link": link})
        assert answer.status_code == 422, path
        assert [one["field"] for one in answer.json()["errors"]] == ["link"]


def test_picture_is_written_beside_the_file_only_where_one_was(
    manager: Client, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (library / "a.mp4").write_bytes(b"x")
    (library / "a-thumb.jpg").write_bytes(b"old")
    video = make_video()
    make_file(video, path="a.mp4", artwork={"-thumb.jpg": hashlib.sha256(b"old").hexdigest()})
    made: list[int] = []
    real = thumbnails.as_jpeg

    def counted(data: bytes) -> bytes:
        made.append(len(data))
        return real(data)

    monkeypatch.setattr(thumbnails, "as_jpeg", counted)
    body = part("picture", media.jpeg("new"), more='; filename="a"') + END

    assert send(manager, f"/videos/{video.id}/picture", body).status_code == 303

    assert sorted(path.name for path in library.iterdir()) == ["a-thumb.jpg", "a.mp4"]
    assert (library / "a-thumb.jpg").read_bytes().startswith(b"\xff\xd8")
    assert len(made) == 1


def test_file_that_lies_outside_the_library_gets_no_picture(
    manager: Client, library: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside-poster.jpg"
    outside.write_bytes(b"old")
    video = make_video()
    make_file(video, path=f"../{tmp_path.name}/outside.mp4")
    body = part("picture", media.jpeg("new"), more='; filename="a"') + END

    send(manager, f"/videos/{video.id}/picture", body)

    assert outside.read_bytes() == b"old"


def test_picture_of_a_video_that_went_in_the_meantime(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = make_video()
    real = thumbnails.make

    def slow(data: bytes, folder: Path) -> Any:
        Video.delete().where(Video.id == video.id).execute()
        return real(data, folder)

    monkeypatch.setattr(thumbnails, "make", slow)
    body = part("picture", media.jpeg("new"), more='; filename="a"') + END

    assert send(manager, f"/api/v1/videos/{video.id}/picture", body).status_code == 404


def test_merge_and_duplicates_ask_for_a_manager_and_our_own_page(client: Client) -> None:
    keep, other = make_artist("Björk"), make_artist("Bjork")
    paths = [f"/artists/{keep.id}/merge", "/duplicates/look", "/duplicates/join"]
    for path in (*paths, "/duplicates/1/join", "/duplicates/1/distinct"):
        for role in ("readonly", "user"):
            assert client.as_role(role).post(path).status_code == 403, path
        evil = client.as_role("admin").post(path, Origin="http://evil.example")
        assert evil.status_code == 403, path
        assert client.as_role("admin").get(path).status_code in (200, 404, 405), path
    assert fresh(other).name == "Bjork"


def test_error_of_ours_is_what_the_parser_raises_for_any_cut() -> None:
    whole = part("ref", b"second:1") + b"\r\n" + part("picture", b"x", more='; filename="a"') + END
    for at in range(len(whole)):
        for broken in (whole[:at], whole[:at] + b"\0" + whole[at:], whole[at:]):
            try:
                found = bodies.parse_files(broken, GIVEN)
            except Error:
                continue
            assert set(found) <= {"ref", "picture"} or b"\0" in broken


def test_name_of_endless_accents_does_not_stop_everybody(client: Client) -> None:
    """Nobody is signed in here, and while text is put in order no other thread runs."""
    name = "a" + "\u0301\u0316" * 250_000
    body = f"password=x&name={name}".encode()

    answer = send(client, "/login", body, "application/x-www-form-urlencoded")

    assert answer.status_code in (401, 422)
