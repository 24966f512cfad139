"""What a linked channel tells of its artist, asked with the real yt-dlp of a fake YouTube."""

import pytest

from mvidarr.core.http import Conf
from mvidarr.integrations.protocols import Wanted
from mvidarr.integrations.youtube import channel_facts
from tests.fakes.internet import FakeInternet
from tests.fakes.youtube import FakeYouTube


@pytest.fixture
def conf(fake_internet: FakeInternet) -> Conf:
    proxy, ca = fake_internet.proxy_url, fake_internet.ca_file
    return Conf(service="youtube", base_url="", proxy=proxy, ca=ca)


@pytest.mark.parametrize("kind", ["youtube_channel", "youtube_handle"])
def test_a_linked_channel_tells_its_id_and_its_picture(
    conf: Conf, fake_youtube: FakeYouTube, kind: str
) -> None:
    channel = fake_youtube.add_channel("Bjork", verified=True)
    ref = channel.id if kind == "youtube_channel" else "@Bjork"

    told = channel_facts.describe(conf, Wanted(name="Björk", ids={kind: ref}))

    assert told is not None
    assert told.ids == {"youtube_channel": channel.id}
    assert (told.found_by, told.bio) == ("youtube", None)
    assert all(link.startswith("https://") for link in told.pictures)


def test_a_name_alone_leads_to_no_channel(conf: Conf, fake_youtube: FakeYouTube) -> None:
    assert channel_facts.describe(conf, Wanted(name="Björk")) is None


def test_a_link_of_another_shape_is_passed_over(conf: Conf, fake_youtube: FakeYouTube) -> None:
    wanted = Wanted(name="Björk", ids={"youtube_handle": "nonsense/../x"})
    assert channel_facts.describe(conf, wanted) is None
