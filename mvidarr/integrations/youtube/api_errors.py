"""What the Data API means by a refusal: its status says little, the reasons in its body all."""

from collections.abc import Iterator
from typing import Any

from mvidarr.core import clock, errors, failures
from mvidarr.core.http import Answer, Conf, NotThere
from mvidarr.integrations import shapes
from mvidarr.integrations.youtube import pacific

PAUSE = 60.0  # seconds, where it asks for one without saying how long

_BAD_KEY = {"keyInvalid", "API_KEY_INVALID", "keyExpired", "API_KEY_EXPIRED"}
_NOT_ENABLED = {"accessNotConfigured", "SERVICE_DISABLED"}
_LIMITED_KEY = {
    "ipRefererBlocked",
    "API_KEY_IP_ADDRESS_BLOCKED",
    "API_KEY_HTTP_REFERRER_BLOCKED",
    "API_KEY_SERVICE_BLOCKED",
}
_USED_UP = {"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"}
_TOO_FAST = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"}
_NOT_THERE = {
    "playlistNotFound",
    "channelNotFound",
    "videoNotFound",
    "playlistForbidden",
    "playlistItemsNotAccessible",
}
_SENTENCES: tuple[tuple[set[str], str], ...] = (
    (_BAD_KEY, "The key of the {who} is not valid. Check it in the settings."),
    (
        _NOT_ENABLED,
        "The {who} is not enabled for the project of this key. Enable “YouTube Data API v3” at "
        "console.cloud.google.com under APIs & Services, and try again after a few minutes.",
    ),
    (
        _LIMITED_KEY,
        "The key of the {who} may not be used from here. Remove its restrictions at "
        "console.cloud.google.com, or allow this machine's address and the API.",
    ),
)


def refusal(conf: Conf, answer: Answer) -> errors.ServiceError | None:
    """The error that an answer tells, where its body says more than its status."""
    if answer.status < 400:
        return None
    reasons = set(_reasons(shapes.table(answer.json()).get("error")))
    if reasons & _NOT_THERE:
        return NotThere(conf.service, f"The {conf.who} does not have that.", permanent=True)
    if reasons & _USED_UP:
        return _used_up(conf)
    if reasons & _TOO_FAST:
        wait = failures.retry_after(answer.headers.get("Retry-After", "")) or PAUSE
        return errors.ServiceError(
            conf.service, f"The {conf.who} asks for a pause.", retry_after=wait
        )
    for known, sentence in _SENTENCES:
        if reasons & known:
            return errors.ServiceError(conf.service, sentence.format(who=conf.who), permanent=True)
    if "PERMISSION_DENIED" in reasons:
        return errors.ServiceError(
            conf.service, f"The {conf.who} does not allow that with this key.", permanent=True
        )
    return None


def _used_up(conf: Conf) -> errors.ServiceError:
    return errors.ServiceError(
        conf.service,
        f"The quota of the {conf.who} is used up. It begins anew at midnight in California.",
        retry_after=pacific.seconds_left(clock.now()),
    )


def _reasons(error: Any) -> Iterator[str]:
    """Every word for what went wrong, of the old style and the new."""
    told = shapes.table(error)
    for row in (*shapes.rows(told.get("errors")), *shapes.rows(told.get("details"))):
        yield shapes.text(row.get("reason"))
    yield shapes.text(told.get("status"))
