"""Pictures of videos that are not downloaded yet: fetched from the upload, kept, never twice."""

from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.discovery import pictures
from mvidarr.governor import services
from mvidarr.models import Image, Video
from tests import factories
from tests.fakes import answers, media
from tests.fakes.answers import Fault
from tests.fakes.internet import FakeInternet
from tests.fakes.youtube import FakeYouTube

LINK = "https://i.ytimg.com/vi/{}/hqdefault.jpg"


@pytest.fixture
def outside(database: Config, fake_internet: FakeInternet) -> Config:
    """Boot facts with the fake's authority; everything goes through its proxy."""
    config = Config(
        data=database.data,
        database_url=database.database_url,
        secrets=database.secrets,
        ca=fake_internet.ca_file,
    )
    services.set_up(config)
    settings.change({"outbound_proxy": fake_internet.proxy_url})
    return config


def _video(ident: str, **columns: Any) -> Video:
    video = factories.make_video(**columns)
    factories.make_source(video=video, source_id=ident, image_url=LINK.format(ident))
    return video


def _silent(done: int, total: int | None, note: str) -> None:
    """Nobody watches."""


def test_a_video_gets_the_picture_of_its_upload(
    outside: Config, fake_internet: FakeInternet
) -> None:
    picture = answers.Answer(body=media.jpeg("Jóga"), kind="image/jpeg")
    fake_internet.add("i.ytimg.com", lambda request: picture)
    video = _video("joga0000001")

    kept = pictures.fetch(video.artist_id, outside, _silent)

    stored = Image.get_by_id(Video.get_by_id(video.id).image_id)
    assert kept == 1
    assert (outside.thumbs / stored.hash[:2] / f"{stored.hash}-320.webp").is_file()


def test_a_video_without_an_upload_gets_the_picture_of_a_catalogue(
    outside: Config, fake_internet: FakeInternet
) -> None:
    picture = answers.Answer(body=media.jpeg("Still"), kind="image/jpeg")
    fake_internet.add("s3.amazonaws.com", lambda request: picture)
    link = "https://s3.amazonaws.com/images.imvdb.com/video/1_lv.jpg"
    video = factories.make_video(image_url=link)

    assert pictures.fetch(video.artist_id, outside, _silent) == 1
    assert factories.fresh(video).image_id


def test_what_has_a_picture_is_not_asked_for_again(
    outside: Config, fake_internet: FakeInternet, fake_youtube: FakeYouTube
) -> None:
    fake_youtube.add_video("joga0000001", title="Björk - Jóga", channel="Björk")
    video = _video("joga0000001")
    pictures.fetch(video.artist_id, outside, _silent)
    asked = len(fake_internet.requests)

    assert pictures.fetch(video.artist_id, outside, _silent) == 0
    assert len(fake_internet.requests) == asked


def test_one_picture_that_cannot_be_had_spoils_no_other(
    outside: Config, fake_internet: FakeInternet, fake_youtube: FakeYouTube
) -> None:
    artist = factories.make_artist()
    for ident in ("gone0000001", "here0000001"):
        fake_youtube.add_video(ident, title="Björk - Jóga", channel="Björk")
        _video(ident, artist=artist)
    fake_internet.fault(
        Fault(host="i.ytimg.com", path="*gone0000001*", answer=answers.text_of("no", status=404))
    )

    assert pictures.fetch(artist.id, outside, _silent) == 1


def test_a_video_that_was_deleted_meanwhile_is_left_out(database: Config) -> None:
    from mvidarr.library import pictures as kept
    from mvidarr.media.thumbnails import Thumb

    thumb = Thumb(hash="0" * 64, width=640, height=360, colour="#101010")

    with db.session():
        assert kept.attach(999_999, thumb) is False
