"""Quality profiles: what there is, a new one, one of them to change, which is the standard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mvidarr.core.errors import Invalid
from mvidarr.core.terms import Role, Taste
from mvidarr.downloads import profiles, quality
from mvidarr.downloads.profiles import NewProfile, Used
from mvidarr.web import forms
from mvidarr.web.forms import UNSET
from mvidarr.web.routing import Reply, Request, route

PATH = "/profiles"
# list of a profile → what is numbered in its form
RANKED: Mapping[str, Sequence[Any]] = {
    "heights": quality.HEIGHTS,
    "codecs": quality.VIDEO_CODECS,
    "audio_codecs": quality.AUDIO_CODECS,
}
LABELS: dict[Any, str] = {
    **{height: f"{height}p" for height in quality.HEIGHTS},
    **{"h264": "H.264", "vp9": "VP9", "av1": "AV1", "hevc": "HEVC", "aac": "AAC", "opus": "Opus"},
    **{"mp4": "MP4", "mkv": "Matroska"},
    **{4320: "4320p (8K)", 2160: "2160p (4K)"},
}
TASTES = ((Taste.ANY, "Does not matter"), (Taste.PREFER, "Prefer"), (Taste.AVOID, "Avoid"))


@dataclass(frozen=True, kw_only=True)
class ProfileChanges:
    """The members that a PATCH may name; lists with the preferred first."""

    name: str = forms.limit(100, default=UNSET)
    heights: list[int] = UNSET
    cutoff: int = UNSET
    codecs: list[str] = UNSET
    audio_codecs: list[str] = UNSET
    container: str = UNSET
    hdr: Taste = UNSET
    high_fps: Taste = UNSET
    is_upgrading: bool = UNSET


@dataclass(frozen=True, kw_only=True)
class AddProfile(ProfileChanges):
    """What is not named is as in “Plays everywhere”, without preferred codecs."""

    name: str = forms.limit(100)


@route("GET", "/profiles", role=Role.MANAGER, title="List quality profiles")
def index(req: Request) -> Reply:
    used = profiles.used()
    return Reply(
        "profiles/index.html",
        {"profiles": used, "labels": LABELS},
        data=lambda: {"items": list(map(shape, used)), "next": None},
    )


@route(
    "GET",
    "/profiles/new",
    role=Role.ADMIN,
    title="Add a quality profile",
    json=False,
    query={"preset": "everywhere or best: where to start from."},
)
def new(req: Request) -> Reply:
    offered = {preset.key: preset for preset in profiles.PRESETS}
    start = offered.get(req.query.get("preset", ""), profiles.PRESETS[0])
    context = {"presets": profiles.PRESETS, "chosen": "" if req.errors else start.key}
    nameless = replace(start.profile, name="")
    return Reply("profiles/new.html", {**context, **_form(req, nameless)})


@route(
    "POST",
    "/profiles",
    role=Role.ADMIN,
    title="Add a quality profile",
    takes=AddProfile,
    on_invalid=new,
    status=201,
)
def create(req: Request) -> Reply:
    row = profiles.create(NewProfile(**_given(req, AddProfile)))
    return Reply(
        data=lambda: shape(Used(row=row)),
        go=PATH,
        status=201,
        headers={"Location": f"/api/v1{PATH}/{row.id}"},
        toast=f"{row.name} added.",
    )


@route("GET", "/profiles/{id:int}", role=Role.MANAGER, title="One quality profile")
def show(req: Request) -> Reply:
    row = profiles.get(req.params["id"])
    context = {"row": row, "can_edit": req.person.can("admin"), **_form(req, row)}
    return Reply("profiles/show.html", context, data=lambda: shape(_used(row.id)))


@route(
    "PATCH",
    "/profiles/{id:int}",
    role=Role.ADMIN,
    title="Change a quality profile",
    takes=ProfileChanges,
    on_invalid=show,
)
def change(req: Request) -> Reply:
    row = profiles.change(req.params["id"], _given(req, ProfileChanges))
    return Reply(data=lambda: shape(_used(row.id)), go=PATH, toast="Saved.")


@route(
    "POST",
    "/profiles/{id:int}/standard",
    role=Role.ADMIN,
    title="Have a quality profile be the standard one",
)
def make_standard(req: Request) -> Reply:
    row = profiles.make_standard(req.params["id"])
    return Reply(
        data=lambda: shape(_used(row.id)),
        go=PATH,
        toast=f"{row.name} holds now wherever nobody chose another profile.",
    )


@route(
    "GET",
    "/profiles/{id:int}/delete",
    role=Role.ADMIN,
    title="Delete a quality profile?",
    json=False,
)
def ask_delete(req: Request) -> Reply:
    return Reply("profiles/delete.html", {"profile": _used(req.params["id"])})


@route(
    "DELETE", "/profiles/{id:int}", role=Role.ADMIN, title="Delete a quality profile", status=204
)
def delete(req: Request) -> Reply:
    row = profiles.delete(req.params["id"])
    return Reply(go=PATH, status=204, toast=f"{row.name} deleted.")


def shape(used: Used) -> dict[str, Any]:
    row = used.row
    return {
        "id": row.id,
        **{name: getattr(row, name) for name in NewProfile.__dataclass_fields__},
        "is_standard": bool(row.standard),
        "artists": used.artists,
        "videos": used.videos,
    }


def _used(profile_id: int) -> Used:
    row = profiles.get(profile_id)
    return next((used for used in profiles.used() if used.row.id == profile_id), Used(row=row))


def _given(req: Request, model: type[ProfileChanges]) -> dict[str, Any]:
    """What was named; in a form, the lists are numbers beside what they order."""
    given = forms.given(req.input(model))
    if not req.is_json:
        given |= {name: _ranked(req, name) for name in RANKED}
    return given


def _ranked(req: Request, name: str) -> list[Any]:
    """What has a number, by its number. Raises Invalid."""
    numbered = []
    for one in RANKED[name]:
        raw = str(req.body.get(f"{name}_{one}", "")).strip()
        if raw and not (raw.isascii() and raw.isdecimal() and len(raw) <= 3):
            raise Invalid({name: "Number them 1, 2, 3 and so on."})
        if raw:
            numbered.append((int(raw), one))
    return [one for _, one in sorted(numbered, key=lambda pair: pair[0])]


def _form(req: Request, stored: Any) -> dict[str, Any]:
    """What a form shows: what was typed, else what is stored."""
    plain = ("name", "cutoff", "container", "hdr", "high_fps", "is_upgrading")
    values: dict[str, Any] = {name: getattr(stored, name) for name in plain}
    for name, offered in RANKED.items():
        chosen = list(getattr(stored, name))
        values |= {
            f"{name}_{one}": chosen.index(one) + 1 if one in chosen else "" for one in offered
        }
    return {
        "values": values | {name: _last(req.typed[name]) for name in values if name in req.typed},
        "ranked": RANKED,
        "labels": LABELS,
        "containers": [(one, LABELS[one]) for one in quality.CONTAINERS],
        "tastes": TASTES,
    }


def _last(value: Any) -> Any:
    """A switch behind its hidden twin: the last one counts."""
    return value[-1] if isinstance(value, list) and value else value
