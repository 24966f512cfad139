"""Why downloads fail and what follows from each cause: the whole table, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mvidarr.core import clock
from mvidarr.core.terms import Availability, Cause
from mvidarr.downloads import account


class Then(StrEnum):
    """What follows from a failure."""

    NEXT_SOURCE = "next_source"  # this upload cannot be had
    BAD_SOURCE = "bad_source"  # this upload is of no use
    WAIT = "wait"  # until a time that is known
    SERVICE = "service"  # the governor closes the service until its next try
    OBSTACLE = "obstacle"  # something of ours is missing; goes on by itself
    BACK_OFF = "back_off"  # a few more tries, then the next upload
    PARK = "park"  # a person decides


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`once`: the first time, try again at once in another way, noted under this name; cookies are
    one where they may be used.

    `blames`: counts as a failure of the service too.
    """

    then: Then
    availability: Availability | None = None
    once: str | None = None
    blames: bool = False

    @property
    def is_held_against(self) -> bool:
        """Whether the failure is the service's own."""
        return self.blames or self.then is Then.SERVICE

    @property
    def is_answer(self) -> bool:
        """Whether the service works: it said clearly why this upload cannot be had."""
        return self.then in (Then.NEXT_SOURCE, Then.WAIT)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One failed attempt. `retry_after` in seconds; `until`: ms since 1970, where it is known."""

    cause: Cause
    sentence: str
    detail: str = ""
    retry_after: float | None = None
    until: int | None = None


def _gone(availability: Availability, once: str | None = None) -> Rule:
    return Rule(then=Then.NEXT_SOURCE, availability=availability, once=once)


RULES: Mapping[Cause, Rule] = {
    Cause.PRIVATE: _gone(Availability.PRIVATE),
    Cause.REMOVED: _gone(Availability.REMOVED),
    Cause.GEO_BLOCKED: _gone(Availability.GEO_BLOCKED),
    Cause.MEMBERS_ONLY: _gone(Availability.MEMBERS_ONLY),
    Cause.PREMIUM_ONLY: _gone(Availability.PREMIUM_ONLY),
    Cause.AGE_RESTRICTED: _gone(Availability.AGE_RESTRICTED, once=account.WITH_COOKIES),
    Cause.NOT_YET: Rule(then=Then.WAIT, availability=Availability.NOT_YET),
    Cause.BOT_WALL: Rule(then=Then.SERVICE),
    Cause.THROTTLED: Rule(then=Then.SERVICE),
    Cause.STALE_URL: Rule(then=Then.BACK_OFF, once="asked_anew"),
    Cause.FORMAT_MISSING: Rule(then=Then.NEXT_SOURCE, once="any_format"),
    Cause.TOOL_MISSING: Rule(then=Then.OBSTACLE),
    Cause.DISK_FULL: Rule(then=Then.OBSTACLE),
    Cause.LIBRARY_OFFLINE: Rule(then=Then.OBSTACLE),
    Cause.NETWORK: Rule(then=Then.BACK_OFF, blames=True),
    Cause.EXTRACTOR: Rule(then=Then.BACK_OFF, blames=True),
    Cause.TOOL_FAILED: Rule(then=Then.BACK_OFF),
    Cause.CRASHED: Rule(then=Then.BACK_OFF),
    Cause.UNKNOWN: Rule(then=Then.BACK_OFF),
    Cause.NO_AUDIO: Rule(then=Then.BAD_SOURCE),
    Cause.NO_VIDEO: Rule(then=Then.BAD_SOURCE),
    Cause.UNREADABLE: Rule(then=Then.BAD_SOURCE),
    Cause.WRONG_DURATION: Rule(then=Then.BAD_SOURCE),
    Cause.LOW_QUALITY: Rule(then=Then.PARK),
}

_ANOTHER = "Choose another upload of the video, or search for more."
_BY_ITSELF = "Nothing: it goes on by itself."
_NEXT: Mapping[Cause, str] = {
    Cause.GEO_BLOCKED: "Choose another upload, or set an outbound proxy in another country.",
    Cause.AGE_RESTRICTED: "Save cookies of a YouTube account in the settings, or choose another "
    "upload.",
    Cause.NOT_YET: _BY_ITSELF,
    Cause.BOT_WALL: "Nothing: it goes on by itself. Cookies of an account, a PO-token provider or "
    "fewer downloads at a time help.",
    Cause.THROTTLED: "Nothing: it goes on by itself. Fewer requests in an hour help.",
    Cause.STALE_URL: "Retry it. If that stays, update yt-dlp on the System page.",
    Cause.FORMAT_MISSING: "Allow more in the quality profile, or choose another upload.",
    Cause.TOOL_MISSING: "Install what the System page names.",
    Cause.DISK_FULL: "Make room on the library's disk, or lower the reserve in the settings.",
    Cause.LIBRARY_OFFLINE: "Connect the disk of the library.",
    Cause.NETWORK: "Check this machine's connection and the outbound proxy, then retry it.",
    Cause.EXTRACTOR: "Update yt-dlp on the System page, then retry it.",
    Cause.TOOL_FAILED: "Retry it. If that stays, choose another upload.",
    Cause.CRASHED: "Retry it. If that stays, the log of the worker has the details.",
    Cause.UNKNOWN: "Retry it. If that stays, the log of the worker has the details.",
    Cause.LOW_QUALITY: "Keep the file, or choose another upload.",
}


def next_step(cause: Cause) -> str:
    """What a person can do about a failure, as a sentence."""
    return _NEXT.get(cause, _ANOTHER)


PAUSES = (clock.MINUTE, 10 * clock.MINUTE, 60 * clock.MINUTE)
JITTER = 0.2  # part of a pause, so that rows that failed together do not come back together
SERVICE_PAUSE = 5 * clock.MINUTE
RELEASE_PAUSE = 6 * clock.HOUR  # when nobody said when an upload will be out
OBSTACLE_PAUSE = 15 * clock.SECOND  # it is looked for before the next attempt, at no cost
LONE_PAUSE = 5 * clock.MINUTE  # an obstacle that only this download meets


def pause(attempts: int, chance: float) -> int:
    """Milliseconds before the next try after `attempts` failed ones; `chance` from 0 to 1."""
    base = PAUSES[min(attempts, len(PAUSES)) - 1]
    return round(base * (1 - JITTER + 2 * JITTER * chance))
