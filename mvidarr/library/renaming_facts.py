"""What the names of files are made of, read for many files at once.

The same facts as of one download, in a number of statements that does not grow with the files.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from peewee import JOIN

from mvidarr.core.terms import Verdict, VideoType
from mvidarr.library import filters, paths, status, words
from mvidarr.library.filters import Filters
from mvidarr.library.tables import Artist, Video, VideoFile, VideoSource
from mvidarr.media import naming
from mvidarr.media.naming import NameFacts, Template

AT_ONCE = 1000
File = VideoFile.alias("named")


@dataclass(frozen=True, kw_only=True, slots=True)
class Filed:
    """A file and what its name is made of; `path` is where it lies now, empty without a file."""

    file_id: int
    video_id: int
    path: str
    is_main: bool
    artist_folder: str
    facts: NameFacts

    def place(self, template: Template) -> PurePosixPath:
        """Where it belongs, without suffix, if no other video is there."""
        return paths.best_place(template, self.facts, self.artist_folder)


_COLUMNS = (
    *(File.id, Video.id, File.path, File.main_key, Artist.folder, Artist.name),
    *(Video.title, Video.version, Video.type, Video.year, Video.album, Video.label),
    *(File.width, File.height, File.video_codec, File.audio_codec),
    *(VideoSource.provider, VideoSource.source_id),
)


def of_files(wanted: Any, template: Template) -> Iterator[list[Filed]]:
    """Files that fulfil a condition, by their ids, some at a time."""
    for rows in _rows(wanted):
        yield _completed([_filed(*row) for row in rows], template)


def told(wanted: Any, template: Template) -> Iterator[Any]:
    """The same as it stands in the tables, for telling whether anything has changed."""
    for rows in _rows(wanted):
        yield rows
        if template.uses("Featured", "Director"):
            yield words.names_of([row[1] for row in rows])


def of_videos(wanted: Any, limit: int, template: Template) -> list[Filed]:
    """The newest videos that fulfil a condition, with their files where they have some."""
    query = (
        Video.select(*_COLUMNS)
        .join(Artist, JOIN.LEFT_OUTER, on=(Video.artist_id == Artist.id))
        .join(File, JOIN.LEFT_OUTER, on=(File.main_key == Video.id))
        .join(VideoSource, JOIN.LEFT_OUTER, on=(File.source_id == VideoSource.id))
        .where(wanted)
        .order_by(Video.id.desc())
        .limit(limit)
    )
    return _completed([_filed(*row) for row in query.tuples()], template)


def chosen(given: Filters, ids: Sequence[int] = ()) -> Any:
    """The condition that a file's video is one of these, or matches a filter; None for all."""
    if ids:
        return File.video_id.in_(list(ids))
    if not given.pairs():
        return None
    joined = Video.select(Video.id).join(
        VideoFile, JOIN.LEFT_OUTER, on=(VideoFile.main_key == Video.id)
    )
    return File.video_id.in_(filters.apply(joined, given))


def _rows(wanted: Any) -> Iterator[list[Any]]:
    last = 0
    while True:
        query = _joined(File.select(*_COLUMNS)).where(File.id > last)
        query = query if wanted is None else query.where(wanted)
        rows = list(query.order_by(File.id).limit(AT_ONCE).tuples())
        if not rows:
            return
        last = rows[-1][0]
        yield rows


def _joined(query: Any) -> Any:
    """LEFT JOINs: MariaDB would start an inner one at the artists, and sort everything."""
    return (
        query.join(Video, JOIN.LEFT_OUTER, on=(File.video_id == Video.id))
        .join(Artist, JOIN.LEFT_OUTER, on=(Video.artist_id == Artist.id))
        .join(VideoSource, JOIN.LEFT_OUTER, on=(File.source_id == VideoSource.id))
    )


def _filed(*row: Any) -> Filed:
    file_id, video_id, path, main_key, folder, artist, *told = row
    title, version, kind, year, album, label, *measured = told
    width, height, video_codec, audio_codec, provider, source_id = measured
    return Filed(
        file_id=file_id or 0,
        video_id=video_id,
        path=path or "",
        is_main=main_key is not None,
        artist_folder=folder,
        facts=NameFacts(
            artist=artist,
            title=title,
            version=version,
            type=VideoType(kind),
            year=year,
            album=album or "",
            label=label or "",
            quality=naming.quality_of(width, height),
            video_codec=video_codec or "",
            audio_codec=audio_codec or "",
            source=provider or "",
            source_id=source_id or "",
        ),
    )


def _completed(found: list[Filed], template: Template) -> list[Filed]:
    """With names and uploads that other tables know."""
    if template.uses("Featured", "Director"):
        names = words.names_of([one.video_id for one in found])
        found = [_with_names(one, names[one.video_id]) for one in found]
    unknown = [one.video_id for one in found if not one.facts.source_id]
    best = _best_sources(unknown) if unknown else {}
    return [
        replace(one, facts=replace(one.facts, source=best[one.video_id][0], source_id=source_id))
        if not one.facts.source_id and (source_id := best.get(one.video_id, ("", ""))[1])
        else one
        for one in found
    ]


def _with_names(one: Filed, names: dict[str, list[str]]) -> Filed:
    featured, directors = tuple(names["featured"]), tuple(names["directors"])
    return replace(one, facts=replace(one.facts, featured=featured, directors=directors))


def _best_sources(video_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Provider and id of the upload that each video would be downloaded from."""
    query = (
        VideoSource.select(VideoSource.video_id, VideoSource.provider, VideoSource.source_id)
        .where(
            VideoSource.video_id.in_(list(video_ids)),
            VideoSource.verdict == Verdict.ACCEPTED,
            VideoSource.availability.in_(status.HOPEFUL),
        )
        .order_by(VideoSource.verdict_by.is_null(), VideoSource.score.desc(), VideoSource.id)
    )
    found: dict[int, tuple[str, str]] = {}
    for video_id, provider, source_id in query.tuples():
        found.setdefault(video_id, (provider, source_id))
    return found
