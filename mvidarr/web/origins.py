"""Whose request is it: what Host and Origin headers say, and where `next` may lead. Pure."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

DEFAULT_PORTS = {"http": 80, "https": 443}
TRUSTED_SITES = frozenset({"same-origin", "none"})  # values of Sec-Fetch-Site
NEXT_LENGTH = 2000

_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_PORT = re.compile(r"[0-9]{0,5}")
_ORIGIN = re.compile(r"(https?)://([^/?#@\\\s]+)", re.I)
_UNPRINTABLE = re.compile("[\u0000-\u0020\u007f-\u00a0\u2028\u2029\\\\]")


@dataclass(frozen=True, kw_only=True)
class Host:
    """A Host header, taken apart; `name` in lower case, an IPv6 address without brackets."""

    name: str
    port: int | None = None
    is_address: bool = False


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Scheme, host and port; the port is never left open."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, kw_only=True)
class Access:
    """The names that we answer to. No `names`: any. `public` is what people open, if it is set."""

    names: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset({"localhost"})
    public: Origin | None = None

    def answers_to(self, host: Host) -> bool:
        if not self.names or host.is_address or host.name in self.names | self.own:
            return True
        return self.public is not None and host.name == self.public.host


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What tells where a request that changes something comes from."""

    sites: Sequence[str]  # every Sec-Fetch-Site header
    origins: Sequence[str]  # every Origin header
    seen_as: Origin | None  # how this request reached us
    has_cookie: bool


def parse_host(raw: str) -> Host | None:
    """A Host header (or the same part of an address) taken apart; None when it is malformed."""
    name, port = _split_port(raw.lower())
    if not raw.isascii() or not _PORT.fullmatch(port) or (port and int(port) > 65535):
        return None
    number = int(port) if port else None
    if name.startswith("["):
        address = _ipv6(name)
        return Host(name=address, port=number, is_address=True) if address else None
    name = name.removesuffix(".")
    if not _NAME.fullmatch(name):
        return None
    return Host(name=name, port=number, is_address=_is_ipv4(name))


def parse_origin(raw: str) -> Origin | None:
    """An Origin header, or a base address without path; None for `null` and whatever else."""
    match = _ORIGIN.fullmatch(raw)
    host = parse_host(match[2]) if match else None
    if match is None or host is None:
        return None
    return origin_of(match[1].lower(), host)


def origin_of(scheme: str, host: Host) -> Origin:
    port = DEFAULT_PORTS.get(scheme, 0) if host.port is None else host.port
    return Origin(scheme=scheme, host=host.name, port=port)


def refusal(ask: Ask, public: Origin | None) -> str | None:
    """Why a request that changes something is not ours, as a sentence; None when it is.

    Browsers leave Sec-Fetch-Site out on plain HTTP except at localhost: there Origin decides.
    Without both, no browser of today asks; such a request may not lean on a session.
    """
    if ask.sites:
        if all(site.strip() in TRUSTED_SITES for site in ask.sites):
            return None
        return "This request was made by another site."
    if ask.origins:
        ours = [origin for origin in (ask.seen_as, public) if origin is not None]
        if all(parse_origin(origin) in ours for origin in ask.origins):
            return None
        return (
            "This request comes from another address than the one that MVidarr was opened at."
            " Behind a proxy, set the address that people open."
        )
    if ask.has_cookie:
        return "This request does not say which site it comes from."
    return None


def safe_next(given: str) -> str | None:
    """`given` when it is a path on this site, else None."""
    if not given.startswith("/") or given.startswith("//") or len(given) > NEXT_LENGTH:
        return None
    return None if _UNPRINTABLE.search(given) else given


def _split_port(text: str) -> tuple[str, str]:
    if not text.startswith("["):
        name, _, port = text.partition(":")
        return name, port
    address, bracket, rest = text.partition("]")
    return (address + bracket, rest[1:]) if rest[:1] in ("", ":") else ("", "")


def _ipv6(bracketed: str) -> str | None:
    inside = bracketed[1:-1]
    if not bracketed.endswith("]") or "%" in inside:
        return None
    try:
        return ipaddress.IPv6Address(inside).compressed
    except ValueError:
        return None


def _is_ipv4(name: str) -> bool:
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True
