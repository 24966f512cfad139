"""Writing files anew: dialogs of a video, an artist, a selection; what a file is, on its page."""

from pathlib import Path

import pytest

from mvidarr.models import Job
from tests.client import Client
from tests.factories import make_artist, make_file, make_source, make_video

pytestmark = pytest.mark.usefixtures("library")


@pytest.fixture
def manager(client: Client) -> Client:
    return client.as_role("manager")


def test_a_video_is_written_by_a_job(manager: Client, library: Path) -> None:
    video = make_video(make_artist("Björk"), "Jóga")
    make_file(video, path="a.mp4")
    (library / "a.mp4").touch()
    (library / "a.nfo").write_text("<musicvideo/>")
    assert f"/videos/{video.id}/rewrite" in manager.get(f"/videos/{video.id}").text
    dialog = manager.get(f"/videos/{video.id}/rewrite").text
    assert "a.nfo" in dialog
    assert "Leave them as they are" in dialog

    answer = manager.post(f"/videos/{video.id}/rewrite", {"parts": ["nfo", "tags"]})

    assert answer.headers["location"] == f"/videos/{video.id}"
    job = Job.get(Job.kind == "rewrite")
    assert (job.args["ids"], job.args["parts"], job.args["overwrite"]) == (
        *([video.id], ["nfo", "tags"]),
        False,
    )


def test_an_artist_and_all_that_match_a_filter(manager: Client) -> None:
    artist = make_artist("Björk")
    make_file(make_video(artist, "Jóga"))
    assert f"/artists/{artist.id}/rewrite" in manager.get(f"/artists/{artist.id}").text
    for path, body in (
        (f"/artists/{artist.id}/rewrite", {"parts": ["pictures"], "overwrite": True}),
        ("/videos/rewrite", {"parts": ["nfo"], "filter": f"artist={artist.id}&status=downloaded"}),
    ):
        answer = manager.send("POST", f"/api/v1{path}", json=body)
        assert answer.status_code == 202
        assert answer.json()["job"]["kind"] == "rewrite"

    one, other = Job.select().where(Job.kind == "rewrite").order_by(Job.id)
    assert (one.args["artist"], one.args["overwrite"]) == (artist.id, True)
    assert other.args["filter"] == f"artist={artist.id}&status=downloaded"


def test_the_bulk_dialog_leads_there_with_its_selection(manager: Client) -> None:
    videos = [make_video(title=title, file=True).id for title in ("A", "B")]
    query = "&".join(f"ids={video}" for video in videos)

    assert (
        f"/videos/rewrite?{query.replace('&', '&amp;')}"
        in manager.get(f"/videos/bulk?{query}").text
    )
    dialog = manager.get(f"/videos/rewrite?{query}").text
    assert "Write anew: 2 videos" in dialog
    answer = manager.post("/videos/rewrite", {"ids": videos, "parts": "nfo"})

    assert answer.status_code == 303
    assert Job.get(Job.kind == "rewrite").args["ids"] == videos


def test_what_is_missing_or_unknown_is_refused(manager: Client) -> None:
    video = make_video(file=True)
    for parts in ([], ["nfo", "everything"]):
        answer = manager.send("POST", f"/api/v1/videos/{video.id}/rewrite", json={"parts": parts})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "parts"
    refused = manager.fragment(f"/videos/{video.id}/rewrite", "dialog", "POST", overwrite="true")
    assert refused.status_code == 422
    assert "Choose one or more of" in refused.text
    nothing = manager.send("POST", "/api/v1/videos/rewrite", json={"parts": ["nfo"]})
    assert nothing.status_code == 422


def test_a_reader_cannot_write(client: Client) -> None:
    video = make_video(file=True)
    reader = client.as_role("user")

    assert reader.post(f"/videos/{video.id}/rewrite", {"parts": "nfo"}).status_code == 403
    assert "/rewrite" not in reader.get(f"/videos/{video.id}").text


def test_the_page_says_what_the_file_is(manager: Client) -> None:
    video = make_video(make_artist("Björk"), "Jóga")
    source = make_source(video=video, channel="björk")
    make_file(
        video,
        **{"fps": 23.976, "hdr": "hdr10", "channels": 6, "bit_rate": 5_400_000},
        **{"loudness": -9.3, "true_peak": -0.2, "measured_at": 1, "video_codec": "hevc"},
        **{"findings": ["pillarbox", "upscaled"], "source": source.id, "container": "matroska"},
    )

    page = manager.get(f"/videos/{video.id}").text
    for words in (
        *("H.265", "HDR10", "23.98 fps", "AAC, 5.1", "−9.3 LUFS, peak −0.2 dBTP"),
        *("5.4 Mbit/s", "Matroska", "Black bars left and right", "Seems to be blown up"),
        *("YouTube, ", "björk"),
    ):
        assert words in page
    [file] = manager.get(f"/api/v1/videos/{video.id}").json()["files"]
    assert (file["loudness"], file["true_peak"]) == (-9.3, -0.2)
    assert file["findings"] == ["pillarbox", "upscaled"]
    assert file["source_id"] == source.id


def test_an_unknown_loudness_is_no_number(manager: Client) -> None:
    video = make_video()
    make_file(video, measured_at=1)
    assert "not known" in manager.get(f"/videos/{video.id}").text

    other = make_video()
    make_file(other)
    assert "Loudness" not in manager.get(f"/videos/{other.id}").text
