"""The log of one notification: what was told, how it went, and telling it once more."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from mvidarr.core import clock
from mvidarr.core.db import Page, Place
from mvidarr.core.terms import Role
from mvidarr.delivery import log, messages, targets
from mvidarr.delivery.log import Row
from mvidarr.delivery.targets import Who
from mvidarr.web import browse, list_page, render
from mvidarr.web.routing import Reply, Request, route

PATH = "/targets"


@route(
    "GET",
    "/targets/{id:int}/deliveries",
    role=Role.MANAGER,
    title="What a notification told",
    query=browse.PAGES,
)
def index(req: Request) -> Reply:
    browse.only(req, browse.PAGES)
    number, place = _target(req), browse.place(req)
    page = log.page(number, place)
    return Reply(
        partials=[("deliveries", "targets/_log.html", context(number, page, place))],
        data=browse.listed(req, page, shape, lambda: log.count(number)),
        go=f"{PATH}/{number}",
    )


@route(
    "GET",
    "/targets/{id:int}/deliveries/{row:int}",
    role=Role.MANAGER,
    title="One message of a notification",
)
def show(req: Request) -> Reply:
    number = _target(req)
    row = log.get(number, req.params["row"])
    said = log.message(row)
    payload = messages.payload(said) if said else None
    return Reply(
        "targets/delivery.html",
        {
            "number": number,
            "row": row,
            "payload": json.dumps(payload, ensure_ascii=False, indent=2) if payload else "",
        },
        block="dialog",
        data=lambda: {**shape(row), "payload": payload},
    )


@route(
    "POST",
    "/targets/{id:int}/deliveries/{row:int}/replay",
    role=Role.MANAGER,
    title="Deliver a message of a notification once more",
)
def replay(req: Request) -> Reply:
    row = log.replay(_target(req), req.params["row"])
    return Reply(
        partials=[region(req, req.params["id"])],
        data=lambda: shape(row),
        go=f"{PATH}/{req.params['id']}",
        toast="It is sent again.",
    )


def who(req: Request) -> Who:
    return Who(id=req.person.id, is_admin=req.person.can("admin"))


def region(req: Request, number: int) -> render.Partial:
    """The page of the log that somebody looks at."""
    asked = dict(parse_qsl(list_page.came_from(req)))
    place = Place(after=asked.get("after"), before=asked.get("before"))
    return "deliveries", "targets/_log.html", context(number, log.page(number, place), place)


def context(number: int, page: Page, place: Place) -> Mapping[str, Any]:
    """A page of the log; while something is about to be sent, it asks for itself again."""
    soon = clock.now() + clock.MINUTE
    at = [("after", place.after or ""), ("before", place.before or "")]
    return {
        "number": number,
        "rows": page.rows,
        "is_busy": any(row.is_open and row.next_try_at < soon for row in page.rows),
        "again": browse.address(f"{PATH}/{number}/deliveries", at),
        "ways": browse.ways(f"{PATH}/{number}", [], page),
    }


def shape(row: Row) -> dict[str, Any]:
    """A message; `took` of an attempt in milliseconds."""
    return {
        "id": row.id,
        "event_id": row.event_id,
        "kind": row.kind,
        "title": row.title,
        "state": row.state,
        "last_error": row.last_error,
        "next_try_at": clock.iso(row.next_try_at) if row.state == "queued" else None,
        "created_at": clock.iso(row.created_at),
        "ended_at": clock.iso(row.ended_at),
        "attempts": [
            {
                "at": clock.iso(made.at),
                "is_good": made.is_good,
                "status": made.status,
                "took": made.took,
                "detail": made.detail,
            }
            for made in row.tries
        ],
    }


def _target(req: Request) -> int:
    """The number of a target that this person looks after. Raises NotFound."""
    return int(targets.get(req.params["id"], who(req)).id)
