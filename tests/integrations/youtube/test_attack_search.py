"""Lists of uploads whose members are not what yt-dlp writes there, and addresses that are none."""

from typing import Any

import pytest

from mvidarr.core import errors
from mvidarr.integrations.youtube import search

CHANNEL = "UCqECaJ8Gagnn7YCbPEzWH6g"
ENTRY = {
    "id": "Joga0000001",
    "title": "Björk - Jóga",
    "channel": "Björk",
    "channel_id": CHANNEL,
    "duration": 305.0,
    "view_count": 29_000_000,
    "thumbnails": [{"url": "https://i.ytimg.com/vi/Joga0000001/hq720.jpg"}],
}


@pytest.mark.parametrize("member", sorted(ENTRY))
@pytest.mark.parametrize("value", [None, True, "x", -1, float("nan"), float("inf"), [7], {"a": 1}])
def test_a_member_of_another_shape_is_left_out(member: str, value: Any) -> None:
    found = search.to_upload({**ENTRY, member: value}, {})
    if found is None:
        assert member in {"id", "title"}
        return
    assert found.duration is None or 0 < found.duration < 1e9
    assert found.view_count is None or found.view_count >= 0
    assert found.channel_id in {None, CHANNEL}
    assert found.title.encode()


def test_half_a_character_in_a_title_is_dropped() -> None:
    found = search.to_upload({**ENTRY, "title": "J\ud800óga", "channel": "\ud800"}, {})
    assert found is not None
    assert (found.title, found.channel) == ("Jóga", None)


@pytest.mark.parametrize("address", ["http://[", "https://[youtube.com]/@bjork", "//[::1"])
def test_an_address_that_cannot_be_read_is_the_persons_mistake(address: str) -> None:
    with pytest.raises(errors.Invalid):
        search.channel_address(address)
