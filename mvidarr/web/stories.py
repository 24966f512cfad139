"""History in words: what happened, as a line of a timeline."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mvidarr import activity, models
from mvidarr.core.terms import Verdict, VideoType, Wish
from mvidarr.web import formats

_GLYPHS = {"good": "st-downloaded", "bad": "st-failed", "warn": "st-ignored", "info": "info"}
_LOOKS = {"good": "downloaded", "bad": "failed"}
_OWN_GLYPHS = {
    "video.found": "discover",
    "video.queued": "st-queued",
    "video.changed": "edit",
    "artist.added": "plus",
    "artist.changed": "edit",
    "artist.discovered": "search",
    "source.judged": "check",
    "source.blocked": "ban",
}
_TITLES = {kind.name: kind.title for kind in activity.KINDS}
_WISHES = {Wish.WANT: "Wanted by hand", Wish.IGNORE: "Ignored", Wish.AUTO: "Left to the rules"}
_VERDICTS = {
    Verdict.ACCEPTED: "Upload taken",
    Verdict.REFUSED: "Upload refused",
    Verdict.REVIEW: "Upload offered again",
    Verdict.BLOCKED: "Upload blocked",
}


@dataclass(frozen=True, kw_only=True)
class Story:
    """One line. `look`: a status whose colour it has; `video_id`: what the title leads to."""

    id: int
    at: int
    glyph: str
    headline: str
    text: str = ""
    look: str = ""
    title: str = ""
    video_id: int | None = None


def tell(events: Iterable[models.Event]) -> Sequence[Story]:
    return [_story(event) for event in events]


def _story(event: models.Event) -> Story:
    headline, text = _TITLES.get(event.kind, event.kind), ""
    if event.kind in _WORDS:
        headline, text = _WORDS[event.kind](event.data, headline)
    return Story(
        id=event.id,
        at=event.at,
        glyph=_OWN_GLYPHS.get(event.kind, _GLYPHS.get(event.level, "info")),
        headline=headline,
        text=text,
        look=_LOOKS.get(event.level, ""),
        title=event.title,
        video_id=event.video_id,
    )


Words = tuple[str, str]


def _changed(data: Mapping[str, Any], title: str) -> Words:
    if "wish" in data:
        return _WISHES.get(data["wish"], title), ""
    return "Edited", ", ".join(data.get("fields", ())).replace("_", " ").capitalize()


def _found(data: Mapping[str, Any], title: str) -> Words:
    return ("Added by hand" if data.get("by_hand") else "Found"), ""


def _downloaded(data: Mapping[str, Any], title: str) -> Words:
    parts = [f"{data['lines']}p" if data.get("lines") else "", str(data.get("video_codec") or "")]
    parts += [formats.size(data["size"])] if data.get("size") else []
    parts += ["files of others beside it stay"] if data.get("kept") else []
    return title, ", ".join(part for part in parts if part)


def _upgraded(data: Mapping[str, Any], title: str) -> Words:
    why = dict(data.get("replaces") or {}).get("why", "")
    return title, ". ".join(filter(None, [_downloaded(data, title)[1], why]))


def _rewritten(data: Mapping[str, Any], title: str) -> Words:
    said = f"{formats.plural(data.get('written', 0), 'file')} written"
    kept = data.get("kept", 0)
    return title, f"{said}, {kept:,} of others left as they are" if kept else said


def _failed(data: Mapping[str, Any], title: str) -> Words:
    return title, str(data.get("error", ""))


def _judged(data: Mapping[str, Any], title: str) -> Words:
    return _VERDICTS.get(data.get("verdict", ""), title), ""


def _discovered(data: Mapping[str, Any], title: str) -> Words:
    found = [f"{formats.plural(data.get('added', 0), 'new video')}"]
    if data.get("candidates"):
        found.append(f"{data['candidates']} to review")
    if data.get("queued"):
        found.append(f"{data['queued']} queued")
    return title, "; ".join([", ".join(found), *data.get("errors", ())])


def _blocked(data: Mapping[str, Any], title: str) -> Words:
    return title, str(data.get("reason", ""))


def _joined(data: Mapping[str, Any], title: str) -> Words:
    return title, f"With {data['other']}" if data.get("other") else ""


def _gone(data: Mapping[str, Any], title: str) -> Words:
    return title, str(data.get("availability", "")).replace("_", " ").capitalize()


def _listed(data: Mapping[str, Any], title: str) -> Words:
    words = {"entries": "entry", "artists": "artist", "videos": "video"}
    found = [formats.plural(data[many], one, many) for many, one in words.items() if data.get(many)]
    found += [f"{data['new']:,} new"] if data.get("new") else []
    found += [f"{data['ambiguous']:,} to decide"] if data.get("ambiguous") else []
    found += [f"{data['gone']:,} gone"] if data.get("gone") else []
    said = ", ".join(found) or "Nothing new"
    return title, ". ".join(filter(None, [said, data.get("problem")]))


_WORDS: Mapping[str, Callable[[Mapping[str, Any], str], Words]] = {
    "video.found": _found,
    "video.changed": _changed,
    "video.downloaded": _downloaded,
    "video.upgraded": _upgraded,
    "video.failed": _failed,
    "files.rewritten": _rewritten,
    "video.parked": _failed,
    "artist.changed": _changed,
    "artist.discovered": _discovered,
    "artist.merged": _joined,
    "video.merged": _joined,
    "list.read": _listed,
    "list.applied": _listed,
    "source.gone": _gone,
    "source.judged": _judged,
    "source.blocked": _blocked,
}


def types(kinds: Iterable[str]) -> str:
    """Official, Live."""
    return ", ".join(VideoType(kind).label for kind in kinds)
