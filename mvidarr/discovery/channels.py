"""Channels: whose they are, as far as their names tell."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mvidarr.core import text
from mvidarr.discovery import title_words

_TOPIC = re.compile(r"\s+-\s+topic\s*$", re.I)
_VEVO = re.compile(r"\s*vevo\s*$", re.I)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")
_SUFFIX = re.compile(r"(?:[\s_-]*(?:official|officiel|oficial|tv|channel|hq|videos?))+$", re.I)
_NAME_OR_SUFFIX = re.compile(r"[\s_-]*(?:music|band)$", re.I)  # Lizzo Music, but Roxy Music
_PREFIX = re.compile(r"^(?:the\s+)?official(?:ly)?[\s_-]*", re.I)
_JOINTS = re.compile(r"\s*(?:,|;|\s[x×+&/]\s|\s(?:and|und|et|y|with|vs\.?)\s)\s*", re.I)

# Labels and curators: they publish other people's songs, so the name is never an artist's.
_PUBLISHERS = title_words.folded(
    "rhino,hybelabels,smtown,1thek,tseries,nocopyrightsounds,trapnation,sonymusicindia,yrf,"
    "zeemusiccompany,spinninrecords,monstercat,ultramusic,tommyboy,fueledbyramen,"
    "jypentertainment,tipsofficial,saregamamusic,thesoundyouneed,proximity,mrsuicidesheep,"
    "chillnation,trapcity,majesticcasual,colors,bbcmusic,bbcradio1,nprmusic,kexp,mtv,vevo,"
    "youtube,worldstarhiphop,lyricallemonade,adityamusic,warp"
)
_PUBLISHING = title_words.folded(
    "records,recordings,label,labels,entertainment,publishing,productions,production,studio,"
    "studios,films,pictures,media,network,distribution"
)
_COLLECTING = title_words.folded(
    "copyright,nocopyright,reupload,reuploads,lyrics,lyric,lyrical,lyrix,nightcore,bass,boost,"
    "boosted,amv,edits,edit,fan,fans,reacts,reactions,reaction,karaoke"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """What a channel's name says; `artist` is empty when it is a label's or a collector's."""

    name: str
    artist: str = ""
    is_topic: bool = False
    is_vevo: bool = False
    is_publisher: bool = False
    is_collector: bool = False


def read(name: str | None) -> Channel | None:
    """Whose channel it is, or None without a name."""
    plain = text.tidy(name or "")[:200]
    if not plain:
        return None
    if _TOPIC.search(plain):
        return Channel(name=plain, artist=_TOPIC.sub("", plain), is_topic=True)
    listed = set(title_words.words(plain))
    if listed & _COLLECTING:
        return Channel(name=plain, is_collector=True)
    if squeezed(plain) in _PUBLISHERS or listed & _PUBLISHING:
        return Channel(name=plain, is_publisher=True)
    return Channel(name=plain, artist=_artist(plain), is_vevo=bool(_VEVO.search(plain)))


def squeezed(name: str) -> str:
    """The letters and digits of a name run together: for channels, that often drop spaces."""
    return text.match_key(name).replace(" ", "")


def names(credit: str) -> tuple[str, ...]:
    """The names that a credit may stand for: the whole of it, then its parts."""
    parts = [part for part in _JOINTS.split(credit) if part]
    return tuple(dict.fromkeys([credit, *parts]))


def is_exactly(credit: str, known: Iterable[str]) -> bool:
    """Whether the whole of a credit is one of the known names."""
    return squeezed(credit) in {squeezed(name) for name in known} - {""}


def is_same(credit: str, known: Iterable[str]) -> bool:
    """Whether a credit, or one whole name in it, is one of the known names."""
    wanted = {squeezed(name) for name in known} - {""}
    return any(squeezed(name) in wanted for name in names(credit))


def is_owner(channel: Channel, name: str) -> bool:
    """Whether the channel looks like the own one of exactly this artist."""
    if channel.is_publisher or channel.is_collector or not name:
        return False
    # A name in another script often stands beside its spelling in Latin letters.
    is_beside = not name.isascii() and name.casefold() in channel.name.casefold()
    return is_exactly(name, spellings(channel)) or is_beside


def is_of(channel: Channel | None, credit: str) -> bool:
    """Whether the channel looks like the own one of somebody in the credit."""
    if channel is None or not credit:
        return False
    shared = (*spellings(channel), *names(channel.artist))
    is_short = squeezed(channel.name) == _initials(credit)
    return is_same(credit, shared) or is_owner(channel, credit) or is_short


def spellings(channel: Channel) -> tuple[str, ...]:
    """The names by which a channel may be credited in its own titles."""
    shown = channel.artist or channel.name
    shorter = _NAME_OR_SUFFIX.sub("", shown)
    return tuple(name for name in (shown, channel.name, shorter, _CAMEL.sub(" ", shown)) if name)


def mark(channel: Channel) -> str:
    """The initials by which a label signs its videos: ncs for NoCopyrightSounds."""
    return "".join(part[0] for part in _CAMEL.sub(" ", channel.name).split()).casefold()


def _initials(credit: str) -> str:
    listed = title_words.words(credit)
    return "".join(word[0] for word in listed) if len(listed) > 2 else "-"


def _artist(name: str) -> str:
    bare = _VEVO.sub("", name)
    if bare != name and " " not in bare:
        bare = _CAMEL.sub(" ", bare)
    bare = _BRACKETS.sub("", bare) or bare
    bare = _PREFIX.sub("", bare) or bare
    return (_SUFFIX.sub("", bare) or bare).strip()
