"""A yt-dlp that breaks in every way: each has its cause, none hangs, none counts as success."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mvidarr.core import child
from mvidarr.core.terms import Cause
from mvidarr.integrations.youtube import download
from mvidarr.integrations.youtube.download import DownloadFailed, Order, Stopped
from tests.fakes import ytdlp
from tests.fakes.children import children_of

MakeOrder = Callable[..., Order]
SONG = "Joga0000001"
CAUSES = {
    "ends": Cause.CRASHED,
    "ends badly": Cause.CRASHED,
    "crashes": Cause.CRASHED,
    "knows it already": Cause.UNKNOWN,
    "fetched nothing": Cause.UNKNOWN,
    "was too large": Cause.UNKNOWN,
    "left no file": Cause.UNKNOWN,
    "left an empty file": Cause.UNKNOWN,
    "left the folder": Cause.UNKNOWN,
    "floods": Cause.REMOVED,
    "talks of secrets": Cause.EXTRACTOR,
}


def failure(order: Order) -> DownloadFailed:
    with pytest.raises(DownloadFailed) as caught:
        download.fetch(order, on_progress=lambda progress: None, should_stop=lambda: False)
    return caught.value


@pytest.mark.parametrize(("way", "cause"), CAUSES.items(), ids=CAUSES.keys())
def test_ytdlp_that_misbehaves_has_a_cause(
    make_order: MakeOrder, tmp_path: Path, way: str, cause: Cause
) -> None:
    (tmp_path / "outside.mp4").write_bytes(b"not ours")

    failed = failure(make_order(SONG, tools_dir=ytdlp.install(tmp_path / "tools", way)))

    assert failed.cause is cause
    assert str(failed).endswith(".")
    assert (tmp_path / "outside.mp4").read_bytes() == b"not ours"


def test_every_way_to_misbehave_is_tried() -> None:
    assert set(CAUSES) | {"hangs"} == set(ytdlp.WAYS)


def test_ytdlp_that_hangs_is_ended(
    make_order: MakeOrder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "SILENCE", 1.5)
    order = make_order(SONG, tools_dir=ytdlp.install(tmp_path / "tools", "hangs"))
    before = set(children_of(os.getpid()))  # a database of other tests may be one

    assert failure(order).cause is Cause.NETWORK
    assert set(children_of(os.getpid())) <= before


def test_ytdlp_that_hangs_is_stopped_when_asked(make_order: MakeOrder, tmp_path: Path) -> None:
    order = make_order(SONG, tools_dir=ytdlp.install(tmp_path / "tools", "hangs"))
    before, started = set(children_of(os.getpid())), time.monotonic()

    with pytest.raises(Stopped):
        download.fetch(
            order,
            on_progress=lambda progress: None,
            should_stop=lambda: time.monotonic() - started > 1,
        )
    assert set(children_of(os.getpid())) <= before


def test_flood_is_not_kept(
    make_order: MakeOrder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It writes 40 MB; a few are kept, so that the reason can be read."""
    ends: list[child.Exit] = []

    def run(*args: Any, **more: Any) -> child.Exit:
        ends.append(real(*args, **more))
        return ends[-1]

    real = child.run
    monkeypatch.setattr(child, "run", run)

    failure(make_order(SONG, tools_dir=ytdlp.install(tmp_path / "tools", "floods")))

    assert len(ends[0].stderr) <= child.STDERR_LIMIT


def test_secrets_in_its_words_are_not_passed_on(make_order: MakeOrder, tmp_path: Path) -> None:
    way = "talks of secrets"

    failed = failure(make_order(SONG, tools_dir=ytdlp.install(tmp_path / "tools", way)))

    assert "googlevideo.com" in failed.detail
    assert "SECRET" not in str(failed) + failed.detail
    assert "1.2.3.4" not in failed.detail


@pytest.mark.parametrize(
    "code",
    ["raise ImportError('half an update')", "1 +", "raise AttributeError('moved')", "boom"],
    ids=["import", "syntax", "attribute", "name"],
)
def test_broken_update_is_a_missing_tool(make_order: MakeOrder, tmp_path: Path, code: str) -> None:
    package = tmp_path / "tools" / "yt_dlp"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(code)

    assert failure(make_order(SONG, tools_dir=tmp_path / "tools")).cause is Cause.TOOL_MISSING
