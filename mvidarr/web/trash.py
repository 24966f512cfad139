"""The trash: what lies in it, put back, removed for good; and videos and files on their way in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mvidarr import models, settings
from mvidarr.core import db
from mvidarr.core.errors import Conflict
from mvidarr.core.terms import Role, Wish
from mvidarr.downloads import choose
from mvidarr.jobs import jobs
from mvidarr.library import details, files, restore, serialize, trash, videos
from mvidarr.settings import file_options
from mvidarr.web import browse, live, render
from mvidarr.web import videos as pages_of_videos
from mvidarr.web.routing import Reply, Request, route

PATH = "/trash"
QUERY = {**browse.PAGES, "batch": "Only what was deleted together with the item of this number."}
COOKIE, OFFERED = "undo", 60  # seconds in which pages offer to put back what was just deleted


@dataclass(frozen=True, kw_only=True)
class UpTo:
    """`up_to`: the newest item that the person saw."""

    up_to: int


@dataclass(frozen=True, kw_only=True)
class Batch:
    batch: int


@dataclass(frozen=True, kw_only=True)
class Deletion:
    with_files: bool = False


@dataclass(frozen=True, kw_only=True)
class FileDeletion:
    """`ignore`: also never download the video again."""

    ignore: bool = False


@route("GET", PATH, role=Role.MANAGER, title="List the trash", query=QUERY)
def index(req: Request) -> Reply:
    browse.only(req, QUERY)
    batch = req.number("batch", 0, 0, 2**31 - 1) or None
    place = browse.place(req)
    page = trash.page(place, batch)
    data = browse.listed(req, page, serialize.trash_item, lambda: trash.count(batch))
    if req.is_json:
        return Reply(data=data)
    pairs = [("batch", str(batch))] if batch else []
    context = {
        **_sums(),
        **_listed(page, pairs),
        "region": "trash-page" if batch or page.previous else "trash-first",
        "batch": batch,
        "live_topics": ["nav", "trash"],
    }
    return Reply("trash/index.html", context)


@route("GET", f"{PATH}/empty", role=Role.MANAGER, title="Empty the trash?", json=False)
def ask_empty(req: Request) -> Reply:
    return Reply("trash/empty.html", {**_sums(), "up_to": trash.newest()})


@route(
    "DELETE", PATH, role=Role.MANAGER, title="Empty the trash", takes=UpTo, slow=True, status=202
)
def empty(req: Request) -> Reply:
    files.need_library()
    up_to = req.input(UpTo).up_to
    job = jobs.add("empty_trash", str(up_to), {"up_to": up_to}, by_user=req.person.id)
    return Reply.job(job, PATH, toast="The trash is being emptied.")


@route(
    "POST",
    f"{PATH}/restore",
    role=Role.MANAGER,
    title="Put back what was deleted together",
    takes=Batch,
    slow=True,
    status=202,
)
def restore_batch(req: Request) -> Reply:
    files.need_library()
    batch = req.input(Batch).batch
    rows = trash.page(db.Place(limit=2), batch).rows
    if not rows:
        raise Conflict("This is not in the trash any more.")
    if len(rows) == 1 and not req.is_json:
        return _put_back(rows[0])
    job = jobs.add("restore", str(batch), by_user=req.person.id)
    return Reply.job(job, PATH, toast="It is being put back.")


@route(
    "POST",
    f"{PATH}/{{id:int}}/restore",
    role=Role.MANAGER,
    title="Put a file back from the trash",
    slow=True,
)
def restore_one(req: Request) -> Reply:
    return _put_back(trash.get(req.params["id"]))


def _put_back(row: models.TrashItem) -> Reply:
    found = restore.restore(row.id)
    return Reply(
        partials=[*_head(), (f"trash-{row.id}", "trash/_gone.html", {"id": row.id, "at": found})],
        data=lambda: {"video_id": found.video_id, "path": found.path},
        go=f"/videos/{found.video_id}" if found.video_id else PATH,
        toast=f"{row.title} is back.",
    )


@route(
    "GET",
    f"{PATH}/{{id:int}}/delete",
    role=Role.MANAGER,
    title="Delete a file for good?",
    json=False,
)
def ask_remove(req: Request) -> Reply:
    return Reply("trash/delete.html", {"row": trash.get(req.params["id"])})


@route(
    "DELETE",
    f"{PATH}/{{id:int}}",
    role=Role.MANAGER,
    title="Delete a file for good",
    slow=True,
    status=204,
)
def remove(req: Request) -> Reply:
    row = trash.get(req.params["id"])
    trash.remove(row.id)
    gone = (f"trash-{row.id}", "trash/_gone.html", {"id": row.id, "at": None})
    return Reply(partials=[*_head(), gone], go=PATH, status=204, toast=f"{row.title} is gone.")


@route("GET", "/videos/{id:int}/delete", role=Role.MANAGER, title="Delete a video?", json=False)
def ask_delete_video(req: Request) -> Reply:
    return Reply("videos/delete.html", {"detail": details.load(req.params["id"])})


@route(
    "DELETE",
    "/videos/{id:int}",
    role=Role.MANAGER,
    title="Delete a video",
    takes=Deletion,
    slow=True,
    status=204,
)
def delete_video(req: Request) -> Reply:
    video = videos.get(req.params["id"])
    batch = videos.delete([video.id], with_files=req.input(Deletion).with_files)
    back = pages_of_videos.page_before(req, f"/videos/{video.id}", f"/artists/{video.artist_id}")
    toast = f"{video.title} deleted."
    return Reply(go=back, status=204, toast=toast, cookies=offer_undo(batch))


@route(
    "GET",
    "/videos/{id:int}/files/{file:int}/delete",
    role=Role.MANAGER,
    title="Delete a file of a video?",
    json=False,
)
def ask_delete_file(req: Request) -> Reply:
    video_id = req.params["id"]
    found = files.of(video_id)
    file = files.get(video_id, req.params["file"])
    context = {"video_id": video_id, "file": file, "is_last": len(found) == 1}
    return Reply("videos/delete_file.html", context)


@route(
    "DELETE",
    "/videos/{id:int}/files/{file:int}",
    role=Role.MANAGER,
    title="Delete a file of a video",
    takes=FileDeletion,
    slow=True,
    status=204,
)
def delete_file(req: Request) -> Reply:
    video_id = req.params["id"]
    if req.input(FileDeletion).ignore:
        files.need_library()
        choose.wish([video_id], Wish.IGNORE, req.person.id)
    batch = trash.delete_file(video_id, req.params["file"])
    return Reply(
        go=f"/videos/{video_id}",
        status=204,
        toast="The file is in the trash.",
        cookies=offer_undo(batch),
    )


def offer_undo(batch: int | None) -> Sequence[Mapping[str, Any]]:
    """Have the next pages offer to put back what was just deleted."""
    if batch is None:
        return ()
    value = {"key": COOKIE, "value": str(batch), "max_age": OFFERED}
    return [{**value, "httponly": True, "samesite": "lax"}]


@render.page_context
def undo(req: Request) -> Mapping[str, Any]:
    """What was deleted a moment ago, as long as it lies in the trash; how long it lies there."""
    raw = req.cookies.get(COOKIE, "")
    days = settings.get(file_options.trash_days)
    if not raw.isascii() or not raw.isdecimal() or len(raw) > 9 or not req.person.can("manager"):
        return {"undo": None, "trash_days": days}
    rows = trash.page(db.Place(limit=1), int(raw)).rows
    count = trash.count(int(raw))[0]
    found = {"batch": int(raw), "title": rows[0].title, "count": count} if rows else None
    return {"undo": found, "trash_days": days}


@live.topic("trash")
def redraw(audience: live.Audience, refs: live.Refs) -> list[render.Partial]:
    if not audience.can("manager"):
        return []
    page = trash.page(db.Place(limit=browse.PAGE))
    context = {**_listed(page, []), "region": "trash-first", "batch": None}
    return [*_head(), ("trash-first", "trash/_list.html", context)]


def _head() -> list[render.Partial]:
    return [("trash-head", "trash/_head.html", _sums())]


def _listed(page: db.Page, pairs: browse.Pairs) -> dict[str, Any]:
    rows = [(row, trash.goes_at(row)) for row in page.rows]
    return {"rows": rows, "ways": browse.ways(PATH, pairs, page)}


def _sums() -> dict[str, Any]:
    items, size = trash.total()
    return {"items": items, "size": size, "days": settings.get(file_options.trash_days)}
