"""Judging what kind of upload a title stands for, once its names and asides are known."""

import re
from dataclasses import dataclass

from mvidarr.core.terms import VideoType
from mvidarr.discovery import channels, title_asides, title_types, title_ways, title_words
from mvidarr.discovery.channels import Channel
from mvidarr.discovery.title_asides import Notes
from mvidarr.discovery.title_ways import Names

LONG = 15 * 60  # seconds; longer than any song that is not the artist's own whim
SLOW = 8 * 60  # seconds; rare for a song that is named without its artist
BRIEF = 60  # seconds
LEAST = 150  # seconds of one that does not name its artist
WORDY = 4  # words; a song may be called "News" or "The Test"
_GENRES = 4  # that many words for genres and moods are no song's name
MANY = 8  # words; a name without separators that has more of them is a sentence

_EPISODE = re.compile(r"\b(?:(?:ep|episode|season|episodio|folge|серия) ?\d+|s\d+e\d+|part\d+)\b")
_HOURS = re.compile(r"\b(?:\d+|one|ten) ?(?:h|hr|hrs|hours?|stunden?|horas?|heures?)\b")
_SET = re.compile(r"\bb2b\b|\bat\b.* (?:19|20)\d\d\b")  # a night in a club
_VIDEOS = re.compile(r"\b(?:official|music|lyrics?) videos\b|\bofficial releases\b")
_SONGS = frozenset({"songs", "playlist", "mixtape", "nonstop", "jukebox"})
_MEDLEYS = frozenset({"megamix", "medley"})
_UNFINISHED = frozenset({"a", "an", "the", "every", "this"})  # a name does not end so
_REMADE = frozenset({"minecraft", "roblox", "fortnite", "sims", "gta", "amv", "coursework"})
_STAGES = frozenset({VideoType.LIVE, VideoType.CONCERT})
_UNASKED = frozenset(
    {
        VideoType.NOT_MUSIC,
        VideoType.LIBRARY_MUSIC,
        VideoType.COMPILATION,
        VideoType.REACTION,
        VideoType.KARAOKE,
    }
)
_NO_SONG = frozenset(
    {
        VideoType.NOT_MUSIC,
        VideoType.LIBRARY_MUSIC,
        VideoType.COMPILATION,
        VideoType.PLAYLIST,
        VideoType.OTHER,
        VideoType.SHORT,
        VideoType.INTERVIEW,
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """Everything that is known of a title before its type is."""

    words: tuple[str, ...]
    notes: Notes
    names: Names
    owner: Channel | None
    duration: float  # seconds, 0 when unknown
    is_own: bool  # the channel looks like the artist's


def kind(reading: Reading) -> VideoType:
    """The type of the upload; what rules a song out comes before what describes its picture."""
    said = _said(reading)
    found = _judged(reading, said)
    return _doubted(reading) or found if found is VideoType.OFFICIAL else found


def _judged(reading: Reading, said: set[VideoType]) -> VideoType:
    for judge in (_listing, _brief, _never_song, _loop, _lengthy, _shapeless, _foreign):
        found = judge(reading, said)
        if found is not None:
            return found
    return next((kind for kind in title_types.ORDER if kind in said), VideoType.UNSPECIFIED)


def _listing(reading: Reading, said: set[VideoType]) -> VideoType | None:
    """Lists of videos have no duration: the mixes that YouTube makes, and channels' own."""
    if reading.duration:
        return None
    is_mix = title_words.words(reading.names.artist)[:1] == ["mix"]
    is_mix &= reading.words[:1] == ("mix",)
    is_called = bool({"playlist", "playlists", "плейлист"} & set(reading.words))
    is_list = is_called and not reading.names.is_split
    is_list |= reading.words in (("my", "mix"), ("mix",))
    is_list |= bool(_VIDEOS.search(" ".join(reading.words)))
    if is_mix or is_list:
        return VideoType.PLAYLIST
    is_radio = not reading.is_own and len(title_words.MUSICAL & set(reading.words)) >= _GENRES
    return VideoType.COMPILATION if is_radio and not _is_firm(reading) else None


def _doubted(reading: Reading) -> VideoType | None:
    """What the upload is instead, if it is none of an artist's own but is called official."""
    several = VideoType.COMPILATION if reading.duration else VideoType.PLAYLIST
    if _is_plural(reading):
        return several
    if _is_nameless(reading):
        return VideoType.NOT_MUSIC if reading.duration else VideoType.PLAYLIST
    if not reading.is_own and _REMADE & _beside(reading):
        return VideoType.FAN
    is_guess = reading.names.way == title_ways.SIGN and not channels.is_of(
        reading.owner, reading.names.artist
    )
    is_shown = reading.names.is_split or reading.notes.is_in_brackets or reading.duration
    is_shown = bool(is_shown) and not (is_guess and reading.is_own)
    if is_shown and title_words.OF_MUSIC & set(reading.words):
        return None
    if not reading.names.is_split:
        return _doubted_alone(reading)
    is_vouched = reading.owner is None or reading.owner.is_publisher
    is_clip = "official clip" in " ".join(reading.words) and (
        reading.names.way == title_ways.SIGN or reading.duration > SLOW
    )
    return VideoType.UNSPECIFIED if (is_guess and not is_vouched) or is_clip else None


def _is_plural(reading: Reading) -> bool:
    is_song = reading.names.is_split and 0 < reading.duration < SLOW
    if not reading.names.is_split and _SONGS & set(title_words.words(reading.names.title)):
        return True
    return not is_song and bool(_VIDEOS.search(" ".join(reading.words)))


def _is_nameless(reading: Reading) -> bool:
    """Whether "official video" is what the title tells of, not what stands beside the names."""
    names, owner = reading.names, reading.owner
    artist, title = title_words.words(names.artist), title_words.words(names.title)
    known = (owner.name, owner.artist) if owner else ()
    if names.is_split and _calls(artist) and not channels.is_exactly(names.artist, known):
        return True
    if _calls(title) and (len(title) < 2 or title_words.PICTURE_WORDS & set(title)):
        return True
    if title[-1:] and title[-1] in _UNFINISHED and not names.is_split:
        return True
    is_itself = names.way != title_ways.DASH and channels.is_exactly(names.title, known)
    return is_itself or (names.way == title_ways.QUOTES and _is_sentence(artist, reading))


def _is_sentence(artist: list[str], reading: Reading) -> bool:
    is_vouched = reading.owner is None or reading.owner.is_publisher or reading.is_own
    return len(artist) >= WORDY and not is_vouched


def _calls(listed: list[str]) -> bool:
    return bool(title_words.OFFICIAL_WORDS & set(listed))


def _doubted_alone(reading: Reading) -> VideoType | None:
    """A title that names no artist may as well be of a car, a film or a game."""
    owner, title = reading.owner, reading.names.title
    if VideoType.COVER in reading.notes.types:
        return VideoType.COVER
    if owner is None:
        return None if reading.notes.is_in_brackets else VideoType.UNSPECIFIED
    if owner.is_vevo or any(map(title_asides.near, title_words.words(owner.name)[-1:])):
        return None
    own = channels.squeezed(owner.name)
    is_named = bool(own) and own in channels.squeezed(title)
    is_short = 0 < reading.duration < LEAST
    if is_named or (owner.is_publisher and {"clip", "film"} & set(reading.words)):
        return VideoType.NOT_MUSIC
    return VideoType.UNSPECIFIED if is_short or not reading.notes.is_in_brackets else None


def is_song(kind: VideoType, names: Names, notes: Notes) -> bool:
    """Whether an upload of this type still is one song whose names mean something."""
    if kind is VideoType.COMPILATION:  # a medley that is sold as a single
        return names.is_split and VideoType.OFFICIAL in notes.types and not _is_album(notes)
    if kind is VideoType.TRAILER:  # of a film, an album or a tour
        return names.way in (title_ways.DASH, title_ways.QUOTES)
    return kind not in _NO_SONG and not (kind is VideoType.CONCERT and _is_whole_show(notes))


def _is_album(notes: Notes) -> bool:
    return any({"album", "ep", "full"} & set(said.split()) for said in notes.dropped)


def _is_whole_show(notes: Notes) -> bool:
    return any("full" in said.split() for said in notes.dropped)


def _said(reading: Reading) -> set[VideoType]:
    listed = list(reading.words)
    anywhere = title_asides.types_in(listed, title_types.ANYWHERE)
    if reading.names.is_split and reading.is_own and reading.duration < LONG:
        if len(title_words.MUSICAL & set(listed)) < _GENRES:
            anywhere -= _UNASKED  # a song may be called so
        is_medley = bool(_MEDLEYS & set(title_words.words(reading.names.title)))
        if is_medley and VideoType.OFFICIAL in anywhere | reading.notes.types:
            anywhere.add(VideoType.COMPILATION)
    elif not _is_named(reading) and _is_wordy(reading):
        anywhere |= title_asides.types_in(listed, title_types.LOOSE)
    elif reading.duration >= LONG:
        loose = title_asides.types_in(listed, title_types.LOOSE)
        anywhere |= loose & {VideoType.COMPILATION, VideoType.INTERVIEW}
    said = anywhere | reading.notes.types
    if VideoType.COVER in said:  # an acoustic cover
        said -= {VideoType.ACOUSTIC}
    if VideoType.OFFICIAL in anywhere and not title_words.ON_STAGE & set(listed):
        said -= {VideoType.LIVE}  # shown there, but not filmed there
    return said


def _is_named(reading: Reading) -> bool:
    """Whether the title surely names an artist and a song, not two things in one sentence."""
    is_known = reading.is_own or reading.owner is None or reading.owner.is_publisher
    return reading.names.is_split and (reading.names.way == title_ways.DASH or is_known)


def _is_wordy(reading: Reading) -> bool:
    """Whether there is more than the name of a song could be."""
    is_short = len(title_words.words(reading.names.title)) < WORDY
    return not is_short or reading.names.is_split or reading.duration > SLOW


def _is_firm(reading: Reading) -> bool:
    """Whether the title calls itself the official video, in any language."""
    if VideoType.OFFICIAL in title_asides.types_in(list(reading.words), title_types.ANYWHERE):
        return True
    return (_is_called_official(reading) or "mv" in reading.words) and _is_picture(reading)


def _is_called_official(reading: Reading) -> bool:
    is_said = any(
        word in title_words.OFFICIAL_WORDS or title_asides.near(word) for word in reading.words
    )
    listed = list(reading.words)
    return is_said or VideoType.OFFICIAL in title_asides.types_in(listed, title_types.ANYWHERE)


def _beside(reading: Reading) -> set[str]:
    """The words that stand beside both names."""
    names = f"{reading.names.artist} {reading.names.title}"
    return set(reading.words) - set(title_words.words(names))


def _is_picture(reading: Reading) -> bool:
    return bool(title_words.PICTURE_WORDS & set(reading.words))


def _never_song(reading: Reading, said: set[VideoType]) -> VideoType | None:
    if reading.names.is_split and VideoType.OFFICIAL in said and _is_firm(reading):
        return None
    if VideoType.LIBRARY_MUSIC in said or _is_library(reading.owner):
        return VideoType.LIBRARY_MUSIC if reading.duration < LONG else VideoType.COMPILATION
    is_songs = bool(said & _STAGES) or (reading.names.is_split and reading.is_own)
    is_episode = not is_songs and _EPISODE.search(" ".join(reading.words))
    is_talk = VideoType.NOT_MUSIC in said or _is_talk(reading, said)
    return VideoType.NOT_MUSIC if is_talk or is_episode else None


def _is_talk(reading: Reading, said: set[VideoType]) -> bool:
    """Two things with a sign between them, on a channel that is nobody's of them."""
    owner = reading.owner
    if owner is None or owner.is_publisher or owner.is_collector or reading.is_own:
        return False
    is_music = said or reading.notes.featured or title_words.MUSICAL & set(reading.words)
    return reading.names.is_split and reading.names.way == title_ways.SIGN and not is_music


def _is_library(owner: Channel | None) -> bool:
    listed = title_words.words(owner.name) if owner else []
    return {"royalty", "free"} <= set(listed) or {"audio", "library"} <= set(listed)


def _loop(reading: Reading, said: set[VideoType]) -> VideoType | None:
    if VideoType.LOOP not in said and not _HOURS.search(" ".join(reading.words)):
        return None
    if VideoType.LOOP not in said and reading.duration < LONG:
        return None
    is_song = reading.names.is_split and not _is_mixed(reading)
    return VideoType.LOOP if is_song else VideoType.COMPILATION


def _is_mixed(reading: Reading) -> bool:
    wanted = 2 if reading.names.is_split or reading.duration < 2 * LONG else 1
    return len(title_words.MUSICAL & set(reading.words)) >= wanted


def _brief(reading: Reading, said: set[VideoType]) -> VideoType | None:
    if "shorts" in reading.words:
        return VideoType.SHORT
    is_vouched = reading.is_own or bool(reading.owner and reading.owner.is_publisher)
    is_named = is_vouched and (_is_firm(reading) or VideoType.TRAILER in said)
    is_brief = 0 < reading.duration < BRIEF and VideoType.LIBRARY_MUSIC not in said
    is_brief &= not (reading.names.is_split and is_named)
    is_fan = bool(reading.owner and reading.owner.is_collector)
    return (VideoType.FAN if is_fan else VideoType.SHORT) if is_brief else None


def _lengthy(reading: Reading, said: set[VideoType]) -> VideoType | None:
    if reading.duration < LONG or {VideoType.INTERVIEW, VideoType.REACTION} & said:
        return None
    is_stage = bool(_STAGES & said) or bool({"concert", "concierto"} & set(reading.words))
    is_mixed = _is_mixed(reading) and not _is_firm(reading) and not is_stage
    is_mix = VideoType.COMPILATION in said or is_mixed
    if reading.names.is_split and reading.is_own and not is_mix:
        return _lengthy_own(reading, said)
    if VideoType.CONCERT in said:
        return VideoType.CONCERT
    if is_mix:
        return VideoType.COMPILATION
    if is_stage:
        return VideoType.CONCERT
    if _SET.search(" ".join(reading.words)):
        return VideoType.OTHER
    if not reading.names.is_split:
        return VideoType.NOT_MUSIC
    return VideoType.FAN if reading.duration < 2 * LONG else VideoType.COMPILATION


def _lengthy_own(reading: Reading, said: set[VideoType]) -> VideoType | None:
    """An artist may make a film of a song, but not for half an hour."""
    if reading.duration < 2 * LONG:
        return None
    return VideoType.CONCERT if said & _STAGES else VideoType.COMPILATION


def _shapeless(reading: Reading, said: set[VideoType]) -> VideoType | None:
    """A title that names no song by its form: a sentence, or a word on a collector's channel."""
    if reading.names.is_split or said - {VideoType.OFFICIAL}:
        return None
    calls_itself = VideoType.OFFICIAL in reading.notes.types
    longest = MANY - 3 if VideoType.OFFICIAL in said else MANY
    is_slow = reading.duration > SLOW and len(reading.words) >= WORDY
    is_sentence = len(reading.words) > longest or is_slow
    if is_sentence and not calls_itself:
        return VideoType.NOT_MUSIC
    owner = reading.owner
    if owner and owner.is_collector and said:
        return VideoType.FAN
    return VideoType.OTHER if owner and not owner.artist and not said else None


def _foreign(reading: Reading, said: set[VideoType]) -> VideoType | None:
    """Uploads on channels that are neither the artist's nor a label's."""
    owner = reading.owner
    if owner is None or reading.is_own or not reading.names.is_split:
        return None
    if f"{' '.join(title_words.words(owner.name))} records" in " ".join(reading.words):
        return None
    if owner.is_publisher:
        return VideoType.OFFICIAL if not said and _is_release(reading, owner) else None
    rest = said - {VideoType.OFFICIAL}
    if rest and rest != {VideoType.EXTENDED}:
        return None
    if _is_firm(reading) and not owner.is_collector:
        is_anew = title_words.UNOFFICIAL & _beside(reading)
        is_korean = reading.names.way == title_ways.QUOTES and "mv" in reading.words
        is_called = _is_called_official(reading) or is_korean
        is_official = is_called and not rest and not is_anew
        return VideoType.OFFICIAL if is_official else VideoType.FAN
    return VideoType.FAN if rest or _is_picture(reading) else VideoType.REUPLOAD


def _is_release(reading: Reading, owner: Channel) -> bool:
    """Whether the label's mark is on a video of its own channel."""
    own = channels.mark(owner)
    names = (reading.names.artist, reading.names.title)
    return own in reading.words and not any(own in title_words.words(name) for name in names)
