"""Judging what stands beside a song's name: brackets, tails after separators, trailing words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mvidarr.core.terms import VideoType
from mvidarr.discovery import title_parts, title_types, title_words

_YEAR = re.compile(r"(?:19|20)\d\d|\d{6,8}")
_GUESTS = re.compile(
    r"\W*(?:(?:feat|ft|featuring)\b\.?|(?:with|con|avec|com|mit)\s|w/|part\.|z udziałem\s"
    r"|при уч(?:астии|\.)?\s|participa(?:ção|ción)(?: especial)?(?: de)?:?\s)\s*(?=\S)",
    re.I,
)
_STAGE = re.compile(r"(?<=[\w)\]])\s+(?:@\s+)?live\s(?:at|from|in|@|\d).*$", re.I)
_HOURS = re.compile(
    r"(?:\d+|one|ten) ?(?:h|hr|hrs|hours?|stunden?|horas?|heures?|ore|часа?|часов|시간|時間|小时)"
    r"(?: (?:version|loop(?:ed)?|extended|straight|edition|mix|music|of|seamless|repeat|hd|4k))*"
)
_COVER = re.compile(r"(?<=\S)\s(?:cover(?:ed)? by\s.*|cover)$", re.I)
_PLACE = re.compile(r"(?<=\S)\s(?:@|in the (?=live\b|bbc\b)).*$", re.I)
_IN_FRENCH = re.compile(r"live à ", re.I)  # without its accent it would be "Live a Little"
_MADE_BY = re.compile(r"(?:video |film )?(?:dir(?:ector)?|producer|starring)\s?:", re.I)
_DATE = re.compile(r"(?<![\d.])\d{1,4}([./-])\d{1,2}\1\d{1,4}(?![\d.])")
_SIGNS = frozenset('()[]{}【】「」『』"“”')
_ALBUMS = {"album", "official album", "full official album"}
_NOTES = {"soundtrack", "ost", "album track", "original", "bonus track", "re issue", "re upload"}
_FREE = title_words.folded(
    "no,non,free,copyright,copyrights,copyrighted,royalty,music,sound,sounds,song,songs,beat,for,"
    "release,use,to,videos,vlog"
)
_IN_BRACKETS = {
    VideoType.LYRIC,
    VideoType.KARAOKE,
    VideoType.REACTION,
    VideoType.LOOP,
    VideoType.FAN,
}
_MADE_ANEW = {
    VideoType.LIVE,
    VideoType.CONCERT,
    VideoType.ACOUSTIC,
    VideoType.REMIX,
    VideoType.COVER,
    VideoType.ALTERED,
    VideoType.EXTENDED,
    VideoType.INSTRUMENTAL,
}


@dataclass(kw_only=True, slots=True)
class Notes:
    """What the asides of one title said, gathered while they are taken off."""

    types: set[VideoType] = field(default_factory=set)
    versions: list[str] = field(default_factory=list)
    featured: list[str] = field(default_factory=list)
    is_song_first: bool = False
    is_in_brackets: bool = False  # what calls it official
    flags: set[str] = field(default_factory=set)
    dropped: list[str] = field(default_factory=list)  # folded

    def add_guests(self, names: tuple[str, ...]) -> None:
        self.featured.extend(name for name in names if name not in self.featured)

    def add_words(self, listed: list[str]) -> None:
        self.dropped.append(" ".join(listed))
        self.types |= types_in(listed, title_types.ASIDE)
        self.flags |= {title_words.FLAGS[word] for word in listed if word in title_words.FLAGS}


def types_in(listed: list[str], table: Mapping[str, VideoType]) -> set[VideoType]:
    """The types that the phrases of a part stand for."""
    spelled = ["official" if title_words.near_official(word) else word for word in listed]
    found = set(title_words.found_in(spelled, table))
    if spelled != listed:
        found |= set(title_words.found_in(listed, table))
    joined = " ".join(listed)
    return found if joined.isascii() else found | _unspaced(joined)


def take(part: str, notes: Notes) -> bool:
    """Whether the part is no part of the song's name; what it says is noted then."""
    listed = title_words.words(part)
    if not listed:
        return True
    if part.startswith("@"):
        notes.add_words(listed)
        if "live" in listed:
            notes.types.add(VideoType.LIVE)
        return True
    return (
        _take_guests(part, listed, notes)
        or _take_note(part, listed, notes)
        or _take_decoration(listed, notes)
        or _take_version(part, listed, notes)
        or _take_occasion(listed, notes)
    )


def is_aside(part: str) -> bool:
    """Whether `take` would take the part."""
    return take(part, Notes())


def is_plain_aside(part: str) -> bool:
    """Whether the part is decoration through and through, not the name of a version."""
    listed = title_words.words(part)
    if all(word.isdigit() for word in listed):  # 1979 is a song
        return False
    if len(listed) == 1:  # so are Video and Karaoke
        return listed[0] in title_words.TAIL_ALONE
    known = title_types.ASIDE.get(" ".join(listed))
    return known is VideoType.OFFICIAL or _is_decoration(listed, title_words.NEUTRAL)


def is_heading(part: str) -> bool:
    """Whether the part before a colon says only what follows: "Full Song", "Lyrical Video"."""
    joined = " ".join(title_words.words(part))
    return is_plain_aside(part) or joined in title_words.HEADINGS or joined in title_types.ANYWHERE


def is_tail(part: str) -> bool:
    """Whether a part after a dash is an aside: it begins with a word that opens one."""
    listed = title_words.words(part)
    if is_plain_aside(part):
        return True
    opens = bool(listed) and (
        listed[0] in title_words.VERSION_STARTS
        or listed[0] == "live"
        or (len(listed) < 4 and is_version(listed) and not listed[0].isdigit())
        or bool(_HOURS.fullmatch(" ".join(listed)))
    )
    return opens and is_aside(part)


def is_label(part: str) -> bool:
    """Whether the part stands where an artist would and says what was done to the song."""
    listed = title_words.words(part)
    joined = " ".join(listed)
    return joined in title_types.ANYWHERE or joined == "mv" or listed[-1:] in (["amv"], ["gmv"])


def take_bracket(inner: str, notes: Notes) -> bool:
    """Like `take`, for what stands in brackets, where less is the name of a song."""
    if take(inner, notes):
        return True
    listed = title_words.words(inner)
    if 1 < len(listed) < 4 and listed[-1] == "video":  # shot in some way
        notes.add_words(listed)
        return True
    if set(listed) <= title_words.LANGUAGES:
        notes.versions.append(inner)
        return True
    if _IN_BRACKETS & types_in(listed, title_types.ASIDE):
        notes.add_words(listed)
        return True
    is_stage = listed[0] == "live" and listed[1] not in title_words.NOT_AFTER_LIVE
    is_stage |= listed[0] in ("taken", "from") and VideoType.LIVE in types_in(
        listed, title_types.ASIDE
    )
    if not is_stage and not _DATE.search(inner) and not _IN_FRENCH.match(inner):
        return False
    notes.add_words(listed)
    notes.types.add(VideoType.LIVE)
    notes.versions.append(title_parts.tidy(inner))
    return True


def trim_tail(part: str, notes: Notes) -> str:
    """The part without such words as "Official Video" or "HD" at its end; noted as well."""
    for ending in (_COVER, _STAGE, _PLACE):
        match = ending.search(part)
        if match and _may_end(part[: match.start()]) and take_bracket(match.group(), notes):
            part = part[: match.start()]
    tokens = part.split()
    if _ends_live(tokens):
        notes.types.add(VideoType.LIVE)
        notes.versions.append(tokens.pop())
        return " ".join(tokens)
    for start in range(max(1, len(tokens) - 8), len(tokens)):
        tail = " ".join(tokens[start:])
        if _SIGNS & set(tail) or not title_words.words(tokens[start]):
            continue
        if _is_tail(title_words.words(tail)) and take(tail, notes):
            return " ".join(tokens[:start])
    return part


def _may_end(name: str) -> bool:
    """Whether a name may end here: not before the "live" of "Where We Live in Peace"."""
    listed = title_words.words(name)
    return bool(listed) and listed[-1] not in title_words.BEFORE_NO_LIVE


def _ends_live(tokens: list[str]) -> bool:
    """Whether a name of several words ends with "Live" that is no verb."""
    if len(tokens) < 4 or tokens[-1] not in ("Live", "LIVE", "live"):
        return False
    listed = title_words.words(tokens[-2])
    return bool(listed) and listed[-1] not in title_words.BEFORE_NO_LIVE


def is_version(listed: list[str]) -> bool:
    """Whether the words name a version of the song: "Live 1977", "Felix Jaehn Remix"."""
    core = [word for word in listed if not _YEAR.fullmatch(word)]
    while core and core[-1] in title_words.DECORATION:
        core.pop()
    core = core or listed
    if "live" in core:
        return _is_live(core)
    last = core[-2] if core[-1].isdigit() and len(core) > 1 else core[-1]
    return (
        last in title_words.VERSION_ENDS
        or core[0] in title_words.VERSION_STARTS
        or bool(types_in(core, title_types.ASIDE) & _MADE_ANEW)
    )


def _is_live(core: list[str]) -> bool:
    at = core.index("live")
    before = core[at - 1] if at else ""
    after = core[at + 1] if at + 1 < len(core) else ""
    if before in title_words.BEFORE_NO_LIVE:
        return False
    return not after or after in title_words.AFTER_LIVE or after.isdigit() or at > 1


def _take_guests(part: str, listed: list[str], notes: Notes) -> bool:
    guests = _GUESTS.match(part)
    if guests is None or title_words.ON_SCREEN & set(listed):
        return False
    notes.add_guests(title_parts.listed(part[guests.end() :]))
    return True


def _take_note(part: str, listed: list[str], notes: Notes) -> bool:
    """Where the song comes from, who made the picture, an advertisement."""
    joined = " ".join(listed)
    if VideoType.LIVE in types_in(listed, title_types.ASIDE):  # From the Basement
        return False
    if joined in _ALBUMS:
        notes.types.add(VideoType.COMPILATION)
    elif _HOURS.fullmatch(joined):
        notes.types.add(VideoType.LOOP)
    elif not (_is_remark(joined, listed) or _is_source(part, listed) or _MADE_BY.match(part)):
        return False
    notes.dropped.append(joined)
    return True


def _is_remark(joined: str, listed: list[str]) -> bool:
    """Whether it says what may be done with the music, or who made what."""
    said = set(listed)
    is_free = said <= _FREE and ("copyright" in said or said >= {"free", "music"})
    return joined in _NOTES or is_free or _is_credit(joined)


def _is_credit(joined: str) -> bool:
    starts = any(f"{joined} ".startswith(f"{start} ") for start in title_words.CREDITS)
    return starts or joined.endswith(title_words.RELEASES) or _is_advert(set(joined.split()))


def _is_advert(said: set[str]) -> bool:
    """Whether it says that it is a song and new: "Latest Punjabi Songs 2024"."""
    is_new = bool(said & title_words.NEWS) or any(map(_YEAR.fullmatch, said))
    return "eurovision" in said or (bool(said & {"song", "songs"}) and is_new)


def _is_source(part: str, listed: list[str]) -> bool:
    is_named = bool(title_words.SOURCES & set(listed)) or '"' in part
    return listed[0] == "from" and len(listed) > 1 and is_named


def _take_decoration(listed: list[str], notes: Notes) -> bool:
    is_video = bool({"mv", "pv"} & {listed[0], listed[-1]})
    if not is_video and not _is_decoration(listed):
        return False
    notes.add_words(listed)
    return True


def _is_decoration(listed: list[str], filler: frozenset[str] = title_words.FILLER) -> bool:
    said = False
    for word in listed:
        if word in title_words.DECORATION or _YEAR.fullmatch(word) or near(word):
            said = True
        elif word not in filler and not word.isdigit():
            return False
    return said


def _take_version(part: str, listed: list[str], notes: Notes) -> bool:
    if not is_version(listed):
        return False
    notes.add_words(listed)
    if "live" in listed:
        notes.types.add(VideoType.LIVE)
    tokens = part.split()
    while tokens and _is_outer(tokens[0]):
        tokens.pop(0)
    while tokens and _is_outer(tokens[-1]):
        tokens.pop()
    version = title_parts.tidy(" ".join(tokens))
    if title_words.words(version) not in ([], ["version"], ["edit"], ["ver"], ["mix"]):
        notes.versions.append(version)
    return True


def _is_outer(token: str) -> bool:
    listed = title_words.words(token)
    return all(word in title_words.DECORATION or near(word) or word == "music" for word in listed)


def _take_occasion(listed: list[str], notes: Notes) -> bool:
    """Any other words with a phrase among them that cannot be a song's."""
    spoken = types_in(listed, title_types.ASIDE)
    on_screen = {VideoType.PERFORMANCE, VideoType.BEHIND_THE_SCENES} & spoken
    joined = " ".join(listed)
    is_whole = joined in title_types.ASIDE or joined.endswith(" music video")
    if not is_whole and not on_screen and not types_in(listed, title_types.ANYWHERE):
        return False
    notes.add_words(listed)
    return True


def _is_tail(listed: list[str]) -> bool:
    if _HOURS.fullmatch(" ".join(listed)):
        return True
    first = 1 if len(listed) > 2 and _YEAR.fullmatch(listed[0]) else 0
    if listed[first] not in title_words.TAIL_OPENERS and not near(listed[first]):
        return _is_unspaced(listed)
    if not all(word in title_words.TAIL_WORDS or near(word) for word in listed[first:]):
        return False
    if len(listed) == 1:
        return listed[0] in title_words.TAIL_ALONE
    known = types_in(listed, title_types.ANYWHERE) or title_types.ASIDE.get(" ".join(listed))
    return bool(known) or set(listed) <= title_words.DECORATION


def _is_unspaced(listed: list[str]) -> bool:
    """A word that says the type in a script without spaces, and hardly anything after it."""
    return len(listed) < 3 and bool(_unspaced(listed[0]))


def _unspaced(joined: str) -> set[VideoType]:
    return {kind for phrase, kind in title_types.UNSPACED if phrase in joined}


def near(word: str) -> bool:
    return title_words.near_official(word)
