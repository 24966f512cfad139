"""Webhooks: one signed POST, to an address that somebody entered.

The signature is HMAC-SHA256, keyed with the hook's secret, over the timestamp, a dot and the body.
No redirect is followed and no body is read: a receiver answers with its status alone.
"""

import hashlib
import hmac
from dataclasses import dataclass, field

import requests
import urllib3

from mvidarr.core import addresses, clock, failures, transport
from mvidarr.core.transport import FAILURES
from mvidarr.integrations.notices import NotDelivered, Way

NAME, WHO = "webhook", "The receiver"
TIMEOUTS = (5.0, 10.0)  # seconds to connect, and to wait for the answer to begin
DEADLINE = 15.0  # seconds for all of it
UNREACHABLE = "The receiver cannot be reached."
# The hosts that anybody may tell when a proxy resolves names in our place.
HOOK_HOSTS = (
    "api.telegram.org",
    "chat.googleapis.com",
    "discord.com",
    "hooks.slack.com",
    "hooks.zapier.com",
    "maker.ifttt.com",
    "ntfy.sh",
)
# These may pass: a receiver that restarts, is locked, or is not published yet.
_PASSING = frozenset({404, 408, 409, 421, 423, 425, 429})


@dataclass(frozen=True, kw_only=True)
class Hook:
    url: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One message. `delivery` stays the same however often it is sent, so that receivers can
    tell a repetition."""

    kind: str
    delivery: str
    body: bytes


def post(hook: Hook, letter: Letter, way: Way) -> int:
    """The status with which the receiver took the letter. Raises NotDelivered."""
    guard = transport.Guard(way.policy)
    guard.begin(DEADLINE)
    with transport.open_session(guard, proxy=way.proxy, ca=way.ca) as session:
        try:
            ready = session.prepare_request(_request(hook, letter))
            if (refusal := problem(str(ready.url), way)) is not None:
                raise NotDelivered(NAME, refusal, permanent=True)
            with session.send(
                ready, stream=True, timeout=TIMEOUTS, allow_redirects=False
            ) as answer:
                status, wait = answer.status_code, answer.headers.get("Retry-After", "")
        except FAILURES as failure:
            raise _unreachable(failure, way) from None
    if 200 <= status < 300:
        return status
    raise _refused(status, wait)


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """What `X-MVidarr-Signature` says."""
    signed = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={signed.hexdigest()}"


def problem(url: str, way: Way) -> str | None:
    """Why an address cannot be told at all; where its name leads is judged at connecting."""
    try:
        parts = urllib3.util.parse_url(url)
    except urllib3.exceptions.LocationParseError:
        return "This is no web address."
    if parts.scheme not in ("http", "https") or not parts.host:
        return "Enter an address that begins with https:// or http://."
    return _problem_outside(parts, way) if way.policy is not None else None


def shown(url: str) -> str:
    """The address without what may be a secret: all but its host."""
    parts = urllib3.util.parse_url(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.host}{port}/…"


def _problem_outside(parts: urllib3.util.Url, way: Way) -> str | None:
    host = str(parts.host).strip("[]")
    is_inside = addresses.is_literal(host) and not addresses.is_global(host)
    if is_inside or addresses.is_among(host, ("localhost",)):
        return "Only an administrator can enter an address in the own network."
    if parts.auth is not None or parts.port not in (None, 80, 443):
        return "Only an administrator can enter an address with a password or a port of its own."
    if way.proxy and not addresses.is_among(host, HOOK_HOSTS):
        known = ", ".join(HOOK_HOSTS)
        return f"Behind the outbound proxy, only an administrator can enter others than: {known}."
    return None


def _request(hook: Hook, letter: Letter) -> requests.Request:
    timestamp = str(clock.now() // 1000)
    headers = {
        **transport.headers("*/*"),
        "Content-Type": "application/json",
        "X-MVidarr-Event": letter.kind,
        "X-MVidarr-Delivery": letter.delivery,
        "X-MVidarr-Timestamp": timestamp,
        "X-MVidarr-Signature": sign(hook.secret, timestamp, letter.body),
    }
    return requests.Request("POST", hook.url, headers=headers, data=letter.body)


def _unreachable(failure: failures.Failure, way: Way) -> NotDelivered:
    if way.policy is not None:  # the same for all reasons, so that nobody can map our network
        return NotDelivered(NAME, UNREACHABLE, permanent=isinstance(failure, ValueError))
    error = failures.of_failure(NAME, WHO, failure)
    said = str(error).replace(f"of {WHO}", "of the receiver")
    return NotDelivered(NAME, said, permanent=error.permanent)


def _refused(status: int, wait: str) -> NotDelivered:
    passing = status >= 500 or status in _PASSING
    return NotDelivered(
        NAME,
        f"{_said(status)} (status {status}).",
        answered=status,
        permanent=not passing,
        retry_after=failures.retry_after(wait) if passing else None,
    )


def _said(status: int) -> str:
    if status == 429:
        return "The receiver asks for a pause"
    if status == 410:
        return "The receiver is gone for good"
    if status >= 500:
        return "The receiver has a problem of its own"
    if 300 <= status < 400:
        return "The receiver sends on to another address: enter that one instead"
    return "The receiver refused it" if status in (401, 403) else "The receiver did not take it"
