"""The same for many videos: those that are ticked, or all that a filter matches."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from mvidarr.core.errors import Invalid
from mvidarr.core.terms import Role
from mvidarr.library import bulk, filters, video_rows
from mvidarr.library.bulk import Selection
from mvidarr.web import browse, forms
from mvidarr.web.routing import Reply, Request, route

ACTIONS = (
    ("want", "Want them", "They are downloaded as soon as an upload is there."),
    ("ignore", "Ignore them", "They are never searched or downloaded. Files stay."),
    ("auto", "Leave them to the artists' rules", ""),
    ("delete", "Delete them", "Files stay where they are."),
    ("delete_with_files", "Delete them and their files", "Files go to the trash."),
)


@dataclass(frozen=True, kw_only=True)
class Many:
    """`ids`, or a `filter` as in an address with the number that it is `expected` to match."""

    action: str
    ids: list[int] = field(default_factory=list)
    filter: str = forms.limit(2000, default="")
    expected: int | None = None


@route("GET", "/videos/bulk", role=Role.MANAGER, title="Change many videos?", json=False)
def ask(req: Request) -> Reply:
    pairs = [pair for pair in req.query.multi_items() if pair[0] not in {"ids", "action"}]
    ids = [value for name, value in req.query.multi_items() if name == "ids"]
    if req.errors:
        pairs = parse_qsl(str(req.typed.get("filter", "")))
        ids = _list(req.typed.get("ids", []))
    wanted = filters.parse(pairs)
    count = len(ids) or len(video_rows.ids(wanted, bulk.MOST + 1))
    return Reply(
        "videos/bulk.html",
        {
            "count": count,
            "ids": ids,
            "filter": urlencode(wanted.pairs()),
            "action": req.query.get("action", "ignore"),
            "actions": ACTIONS,
            "back": browse.address("/videos", wanted.pairs()),
            "rewrite": browse.address(
                "/videos/rewrite", [*(("ids", i) for i in ids), *wanted.pairs()]
            ),
        },
    )


@route(
    "POST",
    "/videos/bulk",
    role=Role.MANAGER,
    title="Change many videos",
    takes=Many,
    on_invalid=ask,
    status=202,
)
def change(req: Request) -> Reply:
    given = req.input(Many)
    if not given.ids and given.expected is None:
        raise Invalid({"ids": "Choose at least one video."})
    wanted = filters.parse(parse_qsl(given.filter, keep_blank_values=True))
    selection = Selection(
        ids=given.ids, wanted=None if given.ids else wanted, expected=given.expected
    )
    job = bulk.change_videos(selection, given.action, req.person.id)
    back = browse.address("/videos", wanted.pairs())
    return Reply.job(job, back, toast="The videos are being changed.")


def _list(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
