"""Addresses, references and fragments that nobody of good will sends."""

import pytest

from mvidarr.core.terms import Role
from tests.client import Client


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
