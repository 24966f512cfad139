"""A real file through everything that happens between a download and the library."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mvidarr.core.terms import VideoType
from mvidarr.media import naming, nfo, place, probe, tags, thumbnails, trash

Make = Callable[..., Path]

pytestmark = pytest.mark.ffmpeg


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm"])
@pytest.mark.parametrize("preset", naming.PRESETS, ids=lambda preset: str(preset.key))
def test_a_download_becomes_a_described_file_in_its_place(
    make: Make, tmp_path: Path, suffix: str, preset: naming.Preset
) -> None:
    library = tmp_path / "library"
    library.mkdir()
    encode = "-c:v libvpx -deadline realtime -c:a libopus -t 3" if suffix == ".webm" else "-c copy"
    folder = place.staging(library, 1)
    staged = make(f"x{suffix}", encode).rename(folder / f"x{suffix}")
    names = naming.NameFacts(artist="AC/DC", title="T.N.T.", year=1976, type=VideoType.LIVE)

    measured = probe.probe(staged)
    picture = thumbnails.frame(staged, measured.duration / 5)
    thumb = thumbnails.make(picture, tmp_path / "thumbs")
    poster = thumbnails.as_jpeg(picture)
    tags.write(staged, tags.TagFacts(title="T.N.T.", artists=("AC/DC",)), poster)
    streams = nfo.Streams(width=measured.width, height=measured.height)
    facts = nfo.NfoFacts(title="T.N.T.", artists=("AC/DC",), year=1976, streams=streams)
    (folder / "x.nfo").write_bytes(nfo.render(facts))
    (folder / "x.jpg").write_bytes(poster)
    relative = naming.render(naming.parse_template(preset.template), names)
    target = naming.inside(library, f"{relative}{suffix}")
    sidecars = {folder / "x.nfo": ".nfo", folder / "x.jpg": "-poster.jpg"}
    placed = place.place(staged, sidecars, target, library)
    place.clear_staging(library, 1)

    after = probe.probe(placed)
    assert replace(after, path=staged, size=0, mtime=0, bit_rate=0) == replace(
        measured, size=0, mtime=0, bit_rate=0, duration=after.duration
    )
    assert after.duration == pytest.approx(measured.duration, abs=0.1)
    stem = f"{relative.name}"
    assert {file.name for file in placed.parent.iterdir()} == {
        *(f"{stem}{suffix}", f"{stem}.nfo", f"{stem}-poster.jpg")
    }
    assert nfo.read(placed.with_name(f"{stem}.nfo").read_bytes()).artists == ("AC/DC",)
    assert thumbnails.path(tmp_path / "thumbs", thumb.hash, 320).stat().st_size > 0

    trash.take(library, 7, placed)

    assert [file.name for file in library.iterdir()] == [place.OWN_FOLDER]
