"""Wanted: what is missing and why, and what can be done about it."""

from mvidarr.core.errors import Invalid
from mvidarr.core.terms import Role
from mvidarr.downloads import unmet
from mvidarr.downloads.unmet import Wanted
from mvidarr.jobs import jobs
from mvidarr.library import artists, serialize, stats, wanted_rows
from mvidarr.web import browse
from mvidarr.web.routing import Reply, Request, route

PATH = "/wanted"
CUTOFF = f"{PATH}/cutoff"
TABS = (("missing", "Missing"), ("failed", "Failed"), ("ignored", "Ignored"))
SORTS = (("-year", "Newest release"), ("created", "Longest wanted"), ("title", "Title"))
QUERY = {
    **browse.LIST,
    "tab": "missing, failed or ignored; missing if not given.",
    "q": "Words of title, artist or director.",
}


@route("GET", "/wanted", role=Role.READONLY, title="List what is missing, and why", query=QUERY)
def index(req: Request) -> Reply:
    tab = req.query.get("tab") or "missing"
    if tab not in wanted_rows.TABS:
        raise Invalid({"tab": f"Choose one of: {', '.join(wanted_rows.TABS)}."})
    q, sort = req.query.get("q", "")[:200], req.query.get("sort") or "-year"
    page = wanted_rows.page(tab, q, sort, browse.place(req))
    data = browse.listed(req, page, serialize.wanted, lambda: wanted_rows.count(tab, q))
    if req.is_json:
        return Reply(data=data)
    pairs = [
        (name, value)
        for name, value, default in (("tab", tab, "missing"), ("q", q, ""), ("sort", sort, "-year"))
        if value != default
    ]
    context = {
        "rows": page.rows,
        "tab": tab,
        "q": q,
        "count": browse.counted(wanted_rows.count(tab, q)),
        "ways": browse.ways(PATH, pairs, page),
        "clear": browse.address(PATH, browse.without(pairs, "q")),
    }
    if req.target == "results":
        return Reply(partials=[("results", "wanted/_results.html", context)])
    return Reply(
        "wanted/index.html",
        {
            **context,
            "tabs": tabs(),
            "here": _tab(tab),
            "sort": sort,
            "sorts": SORTS,
            "live_topics": ["nav", "videos"],
        },
    )


@route(
    "POST",
    "/wanted/search",
    role=Role.MANAGER,
    title="Search for everything that is missing",
    status=202,
)
def search(req: Request) -> Reply:
    count = artists.hurry()
    job = jobs.add("sweep", by_user=req.person.id)
    several = "artist" if count == 1 else "artists"
    return Reply.job(job, PATH, toast=f"Searching for {count} {several}, a few at a time.")


def tabs() -> list[tuple[str, str, int]]:
    """(address, words, count) of what is missing in one way or another, what could be better, and
    what to review."""
    made = [(_tab(name), label, _count(name)) for name, label in TABS]
    made.append((CUTOFF, "Below cutoff", unmet.count(Wanted())[0]))
    return [*made, ("/review", "To review", stats.waiting().count)]


def _tab(name: str) -> str:
    return PATH if name == "missing" else f"{PATH}?tab={name}"


def _count(name: str) -> int:
    return wanted_rows.count(name)[0]
