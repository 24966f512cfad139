"""Signing in at other services: proof keys (RFC 7636), states, and what is granted in the end."""

import base64
import hashlib
import ipaddress
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """What a service granted. `expires_at` in ms; without `refresh` it cannot be renewed."""

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    expires_at: int
    scope: str = ""


def new_state() -> str:
    """A word that comes back with the answer: an answer without it belongs to somebody else."""
    return secrets.token_urlsafe(32)


def new_verifier() -> str:
    """A secret of 64 characters that only whoever began the sign-in knows."""
    return secrets.token_urlsafe(48)


def challenge(verifier: str) -> str:
    """What may be known of a verifier before it is shown (method S256)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def redirect_problem(uri: str) -> str | None:
    """Why a service would not send people back to an address; None when it would.

    HTTPS, or plain HTTP to a loopback address that is written as a number (RFC 8252, 8.3).
    """
    try:
        url = urlsplit(uri)
        host, _ = (url.hostname or "").rstrip("."), url.port
    except ValueError:
        return "This is not an address."
    if url.scheme not in ("http", "https") or not host or "@" in url.netloc or url.fragment:
        return "This is not an address that a browser can be sent to."
    if host == "localhost" or host.endswith(".localhost"):
        return "localhost is refused. Open MVidarr as http://127.0.0.1 with its port instead."
    if url.scheme == "https" or _is_loopback(host):
        return None
    return (
        "Plain HTTP is refused for every address but 127.0.0.1 and [::1]. Open MVidarr by HTTPS, "
        "or once on its own machine as http://127.0.0.1 with its port."
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host) in (_LOOPBACK_4, _LOOPBACK_6)
    except ValueError:
        return False


_LOOPBACK_4 = ipaddress.ip_address("127.0.0.1")
_LOOPBACK_6 = ipaddress.ip_address("::1")
