"""What the stream sends for videos and artists: the same regions that the pages are made of."""

import pytest

from mvidarr.core.terms import Role
from mvidarr.web import artists, live, render, videos
from tests.factories import make_artist, make_source, make_video

pytestmark = pytest.mark.usefixtures("database")


def drawn(renderer: live.Renderer, role: Role, refs: live.Refs) -> str:
    audience = live.Audience(role=role)
    return render.regions(list(renderer(audience, refs)), render.base_context(audience))


@pytest.mark.parametrize("role", [Role.READONLY, Role.MANAGER])
def test_a_video_that_changed_is_redrawn_in_every_list(role: Role) -> None:
    video = make_video(source=True)
    html = drawn(videos.redraw_lists, role, [video.id, None, 999])

    for part in ("card", "row", "ribbon", "wanted"):
        assert f'hx-target="#video-{video.id}-{part}"' in html
        assert f'id="video-{video.id}-{part}"' in html
    assert ('name="ids"' in html) == (role is Role.MANAGER)


@pytest.mark.parametrize("role", [Role.READONLY, Role.MANAGER])
def test_the_page_of_a_video_is_redrawn_region_by_region(role: Role) -> None:
    video = make_video(source=True, file=True)
    html = drawn(videos.redraw_page, role, [video.id])

    for part in ("head", "file", "sources", "history"):
        assert f'id="video-{video.id}-{part}"' in html
    assert ("<form" in html) == (role is Role.MANAGER)


@pytest.mark.parametrize("role", [Role.READONLY, Role.MANAGER])
def test_the_page_of_an_artist_is_redrawn_region_by_region(role: Role) -> None:
    artist = make_artist()
    make_video(artist)
    make_source(artist)
    html = drawn(artists.redraw, role, [artist.id])

    for part in ("head", "search", "stats", "ribbon", "candidates", "history"):
        assert f'id="artist-{artist.id}-{part}"' in html
    assert ("<form" in html) == (role is Role.MANAGER)


def test_what_was_deleted_is_not_redrawn() -> None:
    for renderer in (videos.redraw_lists, videos.redraw_page, artists.redraw):
        assert drawn(renderer, Role.MANAGER, [999]) == ""
