"""What a failed request means, as an error with a sentence.

No sentence and no error holds a URL or another exception's text: both may carry a key.
"""

import email.utils
from collections.abc import Mapping

import requests
import urllib3.exceptions

from mvidarr.core import clock, errors
from mvidarr.core.transport import TooBig

LONGEST_WAIT = 7 * 24 * 3600.0  # seconds; services have asked for absurd ones


class NotThere(errors.ServiceError):
    """The service answers, but has no such thing."""


class Blocked(errors.ServiceError):
    """A web page that forbids access came instead of data: the key is not to blame."""


Failure = requests.RequestException | urllib3.exceptions.HTTPError | TooBig


def of_status(
    service: str, who: str, status: int, headers: Mapping[str, str], body: bytes
) -> errors.ServiceError:
    """The error for an answer that is none: any status but 2xx."""
    if status in (401, 403):
        return _refusal(service, who, status, headers, body)
    if status in (404, 410):
        return NotThere(service, f"{who} does not have that.", permanent=True)
    if status in (429, 503):
        wait = retry_after(headers.get("Retry-After", ""))
        sentence = "asks for a pause" if status == 429 else "is not available right now"
        return errors.ServiceError(service, f"{who} {sentence}.", retry_after=wait)
    if status == 407:
        return errors.ServiceError(service, _PROXY)
    if 300 <= status < 400:
        return moved(service, who)
    if status >= 500:
        return errors.ServiceError(service, f"{who} has a problem of its own (status {status}).")
    return errors.ServiceError(
        service, f"{who} did not accept the request (status {status}).", permanent=True
    )


def of_failure(service: str, who: str, failure: Failure) -> errors.ServiceError:
    """The error for a request that got no whole answer."""
    if isinstance(failure, TooBig):
        return errors.ServiceError(
            service, f"{who} answered with more data than expected.", permanent=True
        )
    if isinstance(failure, _BAD_ADDRESS):
        return errors.ServiceError(
            service,
            f"The address of {who} is not valid. Correct it in the settings.",
            permanent=True,
        )
    for kinds, sentence in _SENTENCES:
        if any(isinstance(cause, kinds) for cause in _causes(failure)):
            return errors.ServiceError(service, sentence.format(who=who))
    return errors.ServiceError(service, f"{who} cannot be reached.")


def moved(service: str, who: str) -> errors.ServiceError:
    return errors.ServiceError(
        service,
        f"{who} sends us on to another address. Correct its address in the settings.",
        permanent=True,
    )


def bad_key(service: str, who: str) -> errors.ServiceError:
    """What was entered as a key cannot be sent at all."""
    return errors.ServiceError(
        service,
        f"The key of {who} holds characters that no key has. Copy it anew into the settings.",
        permanent=True,
    )


def is_cut(failure: Failure) -> bool:
    """Whether the connection ended under way, so that asking once more may help."""
    causes = _causes(failure)
    late = any(isinstance(cause, _LATE) for cause in causes)
    return not late and any(isinstance(cause, _CUT) for cause in causes)


def is_page(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether an answer is a web page, whatever it says that it is."""
    return "html" in headers.get("Content-Type", "").lower() or body.lstrip()[:1] == b"<"


def retry_after(value: str) -> float | None:
    """Seconds to wait, from a number or a date; None where it says nothing usable."""
    value = value.strip()
    if value.isdecimal() and value.isascii():
        return min(float(value[:12]), LONGEST_WAIT)
    try:
        until = email.utils.parsedate_to_datetime(value).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
    return min(max(0.0, until - clock.now() / 1000), LONGEST_WAIT)


def _refusal(
    service: str, who: str, status: int, headers: Mapping[str, str], body: bytes
) -> errors.ServiceError:
    if status == 403 and is_page(headers, body):
        return Blocked(service, f"{who} forbids access for now; the key may well be right.")
    return errors.ServiceError(
        service, f"{who} refused the key. Check it in the settings.", permanent=True
    )


_PROXY = "The outbound proxy does not pass requests on. Check its address in the settings."
_BAD_ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    urllib3.exceptions.LocationValueError,
)
_LATE = (TimeoutError, urllib3.exceptions.TimeoutError, requests.exceptions.Timeout)
_CUT = (
    urllib3.exceptions.ProtocolError,
    urllib3.exceptions.IncompleteRead,
    requests.exceptions.ChunkedEncodingError,
    ConnectionResetError,
)
# The first that fits any exception of the chain.
_SENTENCES: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((urllib3.exceptions.ProxyError, requests.exceptions.ProxyError), _PROXY),
    (
        (requests.exceptions.SSLError, urllib3.exceptions.SSLError),
        "The certificate of {who} cannot be trusted. Name an authority of your own in MVIDARR_CA.",
    ),
    (
        (urllib3.exceptions.NameResolutionError,),
        "{who} cannot be found: its name has no address. Check it, and this machine's network.",
    ),
    # a kind of ConnectTimeoutError to urllib3, though nothing was waited for
    ((urllib3.exceptions.NewConnectionError,), "{who} cannot be reached."),
    (_LATE, "{who} took too long to answer."),
    (
        (requests.exceptions.ContentDecodingError, urllib3.exceptions.DecodeError),
        "{who} answered with damaged data.",
    ),
    (_CUT, "{who} ended the connection too early."),
)


def _causes(failure: BaseException) -> list[BaseException]:
    """The exception and everything that the libraries wrapped it around."""
    chain: list[BaseException] = []
    queue: list[object] = [failure]
    while queue and len(chain) < 20:
        item = queue.pop(0)
        if isinstance(item, BaseException) and item not in chain:
            chain.append(item)
            queue += [*item.args, getattr(item, "reason", None), item.__cause__]
    return chain
