"""Addresses, references and fragments that nobody of good will sends."""

import pytest

from mvidarr.core.terms import Role
from tests.client import Client
from tests.factories import make_video


@pytest.fixture
def manager(client: Client) -> Client:
    return client.as_role(Role.MANAGER)


@pytest.mark.parametrize("number", ["9223372036854775808", "9" * 40, "9" * 5000])
@pytest.mark.parametrize("path", ["/artists/{}", "/api/videos/{}", "/media/{}"])
def test_a_number_that_no_row_can_have_is_not_found(
    manager: Client, path: str, number: str
) -> None:
    assert manager.get(path.format(number)).status_code == 404


@pytest.mark.parametrize("ref", ["²", "٣", "9" * 20, "9" * 5000, "-1", "x"])
def test_a_topic_of_no_row_is_refused(manager: Client, ref: str) -> None:
    answer = manager.get(f"/live/poll?topics=artist:{ref}&since=0")
    assert answer.status_code == 422


@pytest.mark.parametrize("came_from", ["http://[", "//[::1/videos", "http://[x]/videos"])
def test_a_referer_that_cannot_be_read_leads_back_to_the_video(
    manager: Client, came_from: str
) -> None:
    video = make_video()
    answer = manager.send(
        "PATCH", f"/videos/{video.id}", data={"rating": "5"}, headers={"Referer": came_from}
    )
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/videos/{video.id}"
