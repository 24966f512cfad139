"""The job that writes NFO files, pictures and tags of many videos anew, from where it was left."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from peewee import fn

from mvidarr import activity, models
from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.core.errors import Invalid
from mvidarr.downloads import rewrite
from mvidarr.downloads.rewrite import Order, Part
from mvidarr.jobs import jobs
from mvidarr.jobs.run import Context
from mvidarr.library import artist_files, artists, filters
from mvidarr.library.filters import Filters
from mvidarr.library.tables import Video, VideoFile

KIND = "rewrite"
MOST_NAMED = 20  # files of others that the end of a job names in its event


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Videos by id, all of an artist, or all that match a filter."""

    ids: Sequence[int] = ()
    artist_id: int | None = None
    wanted: Filters | None = None


def order(parts: Sequence[str], *, overwrite: bool) -> Order:
    """What a person ticked. Raises Invalid."""
    known = [part.value for part in Part]
    if not parts or set(parts) - set(known):
        raise Invalid({"parts": f"Choose one or more of: {', '.join(known)}."})
    return Order(parts=frozenset(map(Part, parts)), overwrite=overwrite)


def add(selection: Selection, what: Order, by_user: int | None) -> models.Job:
    """Have files written anew in the background; how many does not matter."""
    args: dict[str, Any] = {
        "parts": sorted(what.parts),
        "overwrite": what.overwrite,
        "ids": sorted(set(selection.ids)),
        "artist": selection.artist_id,
        "filter": urlencode(selection.wanted.pairs()) if selection.wanted else "",
    }
    digest = hashlib.sha256(repr(sorted(args.items())).encode()).hexdigest()[:16]
    return jobs.add(KIND, f"#{digest}", args, by_user=by_user)


def run(job: models.Job, context: Context, config: Config) -> None:
    """The work of a `rewrite` job; each video may be done twice, none is left out."""
    args = dict(job.args)
    what = Order(parts=frozenset(map(Part, args["parts"])), overwrite=args["overwrite"])
    counts = {"done": 0, "written": 0, "kept": 0, "missing": 0, "failed": 0, **args.get("at", {})}
    named: list[str] = list(args.get("named", []))
    with db.session():
        total = counts["done"] + _left(args)
    while (video_id := _next(args)) is not None:
        done = rewrite.video(video_id, what, config)
        for name in ("written", "kept", "missing", "failed"):
            counts[name] += len(getattr(done, name))
        counts["done"] += 1
        named = [*named, *done.kept][:MOST_NAMED]
        args |= {"after": video_id, "at": counts, "named": named}
        context.keep(args)
        context.progress(counts["done"], total)
    if args["artist"]:
        artist_files.write(args["artist"], config.thumbs, overwrite=what.overwrite)
    _record(args, counts, named)
    context.result(_said(counts), _problem(counts))


def _chosen(args: Mapping[str, Any]) -> Any:
    """The videos with files that are left to do."""
    query = Video.select(Video.id).join(VideoFile, on=(VideoFile.main_key == Video.id))
    query = query.where(Video.id > args.get("after", 0))
    if args["ids"]:
        later = [ident for ident in args["ids"] if ident > args.get("after", 0)]
        return query.where(Video.id.in_(later[:1000]))
    if args["artist"]:
        return query.where(Video.artist == args["artist"])
    return filters.apply(query, filters.parse(parse_qsl(args["filter"], keep_blank_values=True)))


def _left(args: Mapping[str, Any]) -> int:
    if args["ids"]:
        return sum(ident > args.get("after", 0) for ident in args["ids"])
    return int(_chosen(args).select(fn.COUNT(Video.id)).scalar())


def _next(args: Mapping[str, Any]) -> int | None:
    with db.session():
        row = _chosen(args).order_by(Video.id).limit(1).tuples().first()
    return row[0] if row else None


def _record(args: Mapping[str, Any], counts: Mapping[str, int], named: Sequence[str]) -> None:
    one = args["ids"][0] if len(args["ids"]) == 1 else None
    with db.session():
        video = models.Video.get_or_none(models.Video.id == one) if one else None
        artist = artists.find(args["artist"]) if args["artist"] else None
        title = video.title if video else artist.name if artist else _videos(counts["done"])
        activity.record(
            "files.rewritten",
            title,
            artist_id=video.artist_id if video else args["artist"],
            video_id=one if video else None,
            parts=args["parts"],
            kept_names=named,
            **counts,
        )


def _said(counts: Mapping[str, int]) -> str:
    said = f"{_videos(counts['done'])}, {_files(counts['written'])} written"
    return (
        f"{said}, {_files(counts['kept'])} of others left as they are."
        if counts["kept"]
        else f"{said}."
    )


def _problem(counts: Mapping[str, int]) -> str | None:
    found = []
    if counts["missing"]:
        found.append(f"{_files(counts['missing'])} not found on the disk.")
    if counts["failed"]:
        found.append(f"{_files(counts['failed'])} could not be written.")
    return " ".join(found) or None


def _videos(count: int) -> str:
    return "1 video" if count == 1 else f"{count:,} videos"


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count:,} files"
