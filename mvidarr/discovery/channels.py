"""Channels: whose they are, as far as their names tell."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from mvidarr.core import text
from mvidarr.discovery import title_words

_TOPIC = re.compile(r"\s+-\s+topic\s*$", re.I)
_VEVO = re.compile(r"\s*vevo\s*$", re.I)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_BRACKETS = re.compile(r"\s*[(\[【][^()\[\]【】]*[)\]】]\s*$")
_SUFFIX = re.compile(
    r"(?:[\s_-]*(?:official|officiel|oficial|tv|youtube|channel|hq|videos?|公式|ちゃんねる|チャンネル))+$",
    re.I,
)
_EDGE = re.compile(r"(?<=[a-zA-Z.])(?=[\u3040-\ud7af])|(?<=[\u3040-\ud7af])(?=[a-zA-Z])")
_COLLECTS = re.compile(
    r"lyrics|nightcore|karaoke|reupload|nocopyright|copyrightfree|royaltyfree|fancam|bassboost"
    r"|slowed|playlist|fanclub"
)
_NAME_OR_SUFFIX = re.compile(r"[\s_-]*(?:music|band)$", re.I)  # Lizzo Music, but Roxy Music
_PREFIX = re.compile(r"^(?:the\s+)?official(?:ly)?[\s_-]*", re.I)
_JOINTS = re.compile(r"\s*(?:,(?!\s*the\s)|;|\s[x×+&/]\s|\s(?:and|und|et|y|with|vs\.?)\s)\s*", re.I)

# Labels and curators: they publish other people's songs, so the name is never an artist's.
_PUBLISHERS = title_words.folded(
    "rhino,hybelabels,smtown,1thek,tseries,nocopyrightsounds,trapnation,yrf,"
    "spinninrecords,tommyboy,fueledbyramen,"
    "jypentertainment,tipsofficial,thesoundyouneed,proximity,mrsuicidesheep,"
    "chillnation,trapcity,majesticcasual,colors,bbcmusic,bbcradio1,nprmusic,kexp,mtv,vevo,"
    "youtube,worldstarhiphop,lyricallemonade,adityamusic,bbcradio1xtra,bbcradio2,bbc,triplej,"
    "wdrrockpalast,arteconcert,zdf,ard,rai,rtve,kbskpop,sbskpop,mbckpop,mnetkpop,m2,mnettv,"
    "stonemusic,firsttake,genius,linkuptv,grmdaily,eurovisionsongcontest,boilerroom,cercle,"
    "mixmag,umftv,netdmuzik,tomorrowland,youtubemusic,zeemusic,sonymusicsouth,laharimusic,"
    "thinkmusicindia,timesmusic,whitehillmusic,speedrecords,"
    "napalmrecords,sumerianrecords,subpop,4ad,xlrecordings,defjam,"
    "interscope,armadamusic,kontortv,ministryofsound,toolroom,anjunabeats,dimmak,audiotree,"
    "sofarsounds,pitchfork,kcrw,rollingstone,vivamedia,glastonburyofficial,rockinrio,hellfest,"
    "wackentv,grammys,recordingacademy,mtvuk,vh1"
)
_FAMILIES = re.compile(
    r"tseries|zeemusic|sonymusic|saregama|adityamusic|universalmusic|warnermusic|desimusic"
    r"|cokestudio|monstercat|ultramusic|geetmp3"
)
_PUBLISHING = title_words.folded(
    "records,recordings,label,labels,entertainment,publishing,productions,production,studio,"
    "muzik,plak,yapim,corporation,studios,films,pictures,media,network,distribution,festival,"
    "awards,concerts"
)
_COLLECTING = title_words.folded(
    "copyright,nocopyright,reupload,reuploads,lyrics,lyric,lyrical,lyrix,nightcore,bass,boost,"
    "boosted,amv,edits,edit,fan,fans,ncs,reacts,reactions,reaction,karaoke"
)


_LETTERS = {"$": "s", "!": "i", "@": "a", "€": "e", "£": "l"}
_SIGN = re.compile(r"[$€£](?=\w)|(?<=\w)[$€£]|(?<=\w)[!@](?=\w)")
_TELLING = 4  # letters; a shorter name is inside too many others


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
    listed = set(title_words.words(_CAMEL.sub(" ", plain)))
    known = squeezed(plain)
    if (
        _FAMILIES.match(known)
        or known in _PUBLISHERS
        or squeezed(_BRACKETS.sub("", plain)) in _PUBLISHERS
    ):
        return Channel(name=plain, is_publisher=True)
    if listed & _COLLECTING or _COLLECTS.search(squeezed(plain)):
        return Channel(name=plain, is_collector=True)
    if listed & _PUBLISHING:
        return Channel(name=plain, is_publisher=True)
    return Channel(name=plain, artist=_artist(plain), is_vevo=bool(_VEVO.search(plain)))


@lru_cache(maxsize=8192)
def _spelled_out(name: str) -> str:
    return squeezed(_SIGN.sub(lambda sign: _LETTERS[sign.group()], name))


@lru_cache(maxsize=8192)
def _unjoined(name: str) -> str:
    first, *rest = text.match_key(name).split() or [""]
    return "".join([first, *(word for word in rest if word != "and")])


@lru_cache(maxsize=8192)
def squeezed(name: str) -> str:
    """The letters and digits of a name run together: for channels, that often drop spaces."""
    return text.match_key(name).replace(" ", "")


def names(credit: str) -> tuple[str, ...]:
    """The names that a credit may stand for: the whole of it, then its parts.

    A name and its spelling in brackets or in another script stand for the same.
    """
    found = [credit, *_JOINTS.split(credit)]
    for part in list(found):
        bracket = _BRACKETS.search(part)
        if bracket and bracket.start():
            found += [part[: bracket.start()], bracket.group().strip(" ()[]【】")]
        found += _scripts(part)
    return tuple(dict.fromkeys(part for part in found if part))


def _scripts(name: str) -> list[str]:
    """The Latin and the other part of a name that is written in two scripts."""
    if name.isascii():
        return []
    tokens = _EDGE.sub(" ", name).split()
    latin = [token for token in tokens if text.fold(token).isascii()]
    if len(latin) in (0, len(tokens)):
        return []
    other = [token for token in tokens if token not in latin]
    return [part for part in (" ".join(latin), " ".join(other)) if squeezed(part)]


def is_exactly(credit: str, known: Iterable[str]) -> bool:
    """Whether the whole of a credit is one of the known names."""
    written = [credit, _BRACKETS.sub("", credit), *_scripts(credit)]
    return bool(_keys(written) & _keys(known))


def is_same(credit: str, known: Iterable[str]) -> bool:
    """Whether a credit, or one whole name in it, is one of the known names."""
    return bool(_keys(names(credit)) & _keys(known))


def _keys(known: Iterable[str]) -> set[str]:
    """What spellings of a name share: Ke$ha is spoken Kesha, and channels drop the "and"."""
    listed = list(known)
    ways = (squeezed, _spelled_out, _unjoined)
    return {key(name) for key in ways for name in listed} - {""}


def is_owner(channel: Channel, name: str) -> bool:
    """Whether the channel looks like the own one of exactly this artist.

    Who is called like a label or a collector, as a whole, is none.
    """
    if is_exactly(name, (channel.name, _artist(channel.name))):
        return True
    if channel.is_publisher or channel.is_collector or not name:
        return False
    return is_exactly(name, spellings(channel))


def is_of(channel: Channel | None, credit: str) -> bool:
    """Whether the channel looks like the own one of somebody in the credit."""
    if channel is None or not credit:
        return False
    shared = (*spellings(channel), *names(channel.artist))
    is_short = squeezed(channel.name) == _initials(credit)
    return is_same(credit, shared) or is_owner(channel, credit) or is_short


def is_like(channel: Channel | None, credit: str) -> bool:
    """Whether the channel's name at least begins or ends with a name of the credit: for titles,
    where a wrong guess only leaves the type of an upload open.
    """
    if channel is None or channel.is_publisher or channel.is_collector:
        return False
    shown = squeezed(channel.name)
    known = [name for name in map(squeezed, names(credit)) if len(name) > _TELLING]
    return _is_part(channel, credit) or any(
        shown.startswith(name) or shown.endswith(name) for name in known
    )


def _is_part(channel: Channel, credit: str) -> bool:
    """Whether the channel goes by the first or the last words of a credit."""
    named, own = title_words.words(credit), title_words.words(channel.artist)
    is_telling = len(squeezed(channel.artist)) >= _TELLING and len(own) < len(named)
    return is_telling and own in (named[-len(own) :], named[: len(own)])


def spellings(channel: Channel) -> tuple[str, ...]:
    """The names by which a channel may be credited in its own titles."""
    shown = channel.artist or channel.name
    shorter = _NAME_OR_SUFFIX.sub("", shown)
    listed = (shown, channel.name, shorter, _CAMEL.sub(" ", shown), *_scripts(shown))
    return tuple(name for name in listed if name)


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
