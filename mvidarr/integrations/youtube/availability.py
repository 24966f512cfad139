"""Ask YouTube whether uploads can still be had: many by one child, and nothing is fetched."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mvidarr.core import batches
from mvidarr.core.http import Conf
from mvidarr.core.terms import Availability, Cause
from mvidarr.integrations.youtube import causes, readings, updated
from mvidarr.integrations.youtube.calls import Way, call, failure_of
from mvidarr.integrations.youtube.lists import YouTubeFailed

OnAnswer = Callable[[str, Availability], None]

PAUSE = 0.75  # seconds between two requests, as yt-dlp advises
TIMEOUT = 60.0  # seconds, and as much again for each upload
EACH = 30.0
AT_ONCE = 50  # uploads for which one child is asked

# Nothing is known of an upload, and asking for the next one would tell nothing either.
_STOPPED_BY = (Cause.BOT_WALL, Cause.THROTTLED, Cause.NETWORK, Cause.CRASHED, Cause.TOOL_MISSING)
_OF_CAUSE = {
    Cause.PRIVATE: Availability.PRIVATE,
    Cause.REMOVED: Availability.REMOVED,
    Cause.GEO_BLOCKED: Availability.GEO_BLOCKED,
    Cause.MEMBERS_ONLY: Availability.MEMBERS_ONLY,
    Cause.PREMIUM_ONLY: Availability.PREMIUM_ONLY,
    Cause.AGE_RESTRICTED: Availability.AGE_RESTRICTED,
    Cause.NOT_YET: Availability.NOT_YET,
}


def availabilities(
    conf: Conf, ids: Sequence[str], on_answer: OnAnswer, *, pause: float = PAUSE
) -> None:
    """Tell `on_answer` of each upload, one after the other, as soon as it is known.

    What it raises ends the look. Raises YouTubeFailed when YouTube refuses to go on; what was
    told before that still holds.
    """
    valid = [one for one in dict.fromkeys(ids) if readings.SOURCE_ID.fullmatch(one)]
    for one in dict.fromkeys(ids):
        if one not in valid:
            on_answer(one, Availability.REMOVED)
    for some in batches.of(valid, AT_ONCE):
        _look(conf, some, on_answer, pause)


def _look(conf: Conf, ids: Sequence[str], on_answer: OnAnswer, pause: float) -> None:
    conf.pace()
    talk = _Talk(on_answer)
    with tempfile.TemporaryDirectory(prefix="mvidarr-youtube-") as folder:
        end = call(
            {"do": "look", "ids": list(ids), "pause": pause},
            way=Way(proxy=conf.proxy, ca=conf.ca, tools_dir=updated.current(conf.tools)),
            folder=Path(folder),
            on_message=talk.hear,
            should_stop=lambda: talk.stopped_by is not None,
            timeout=TIMEOUT + EACH * len(ids),
        )
    if talk.stopped_by is not None:
        raise talk.stopped_by
    if not talk.is_done:
        raise YouTubeFailed(*failure_of(end))


class _Talk:
    """Passes on what the child says, until an answer shows that the others will be no better."""

    def __init__(self, on_answer: OnAnswer) -> None:
        self.stopped_by: YouTubeFailed | None = None
        self.is_done = False
        self._on_answer = on_answer

    def hear(self, message: dict[str, Any]) -> None:
        if self.stopped_by is not None:
            return
        match message.get("is"):
            case "there":
                self._on_answer(message["id"], Availability.AVAILABLE)
            case "failed":
                self._judge(message)
            case "looked":
                self.is_done = True

    def _judge(self, message: dict[str, Any]) -> None:
        failed = causes.failure(message)
        cause = causes.classify(failed)
        if cause in _STOPPED_BY or "id" not in message:
            self.stopped_by = YouTubeFailed(cause, failed)
        else:
            self._on_answer(message["id"], _OF_CAUSE.get(cause, Availability.UNKNOWN))
