"""Which addresses a link from outside may lead to: judged as numbers, never as text.

Tables instead of `ipaddress.is_global`, which calls multicast and several ways of wrapping a
private address (6to4, NAT64, v4-compatible) global, and answers differently between Pythons.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Endpoint = tuple[str, int]

_REFUSED_V4 = tuple(
    ipaddress.IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, and the metadata services of clouds
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",  # documentation, as 198.51.100 and 203.0.113
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
)
# Everything beyond global unicast is refused: loopback, mapped and compatible IPv4, NAT64,
# unique local, link-local, multicast.
_UNICAST_V6 = ipaddress.IPv6Network("2000::/3")
_REFUSED_V6 = tuple(
    ipaddress.IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation, as 3fff::
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",
        "3ffe::/16",
        "3fff::/20",
    )
)
_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+))*\.?", re.IGNORECASE)

# The only hosts that pictures are fetched from when a proxy resolves names in our place.
IMAGE_HOSTS = (
    "archive.org",
    "assets.fanart.tv",
    "cdn-images.dzcdn.net",
    "coverartarchive.org",
    "e-cdns-images.dzcdn.net",
    "i.scdn.co",
    "i.ytimg.com",
    "mosaic.scdn.co",
    "s3.amazonaws.com",
    "theaudiodb.com",
    "yt3.ggpht.com",
    "yt3.googleusercontent.com",
)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How names become addresses, and which of those may be connected to."""

    resolve: Callable[[str, int], Sequence[Endpoint]]
    allows: Callable[[str], bool]


def look_up(host: str, port: int) -> list[Endpoint]:
    """Every address of a host; none where it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys((str(address[0]), int(address[1])) for *_, address in found))


def is_global(ip: str) -> bool:
    """Whether an address belongs to the open internet; False for what is no address."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in block for block in _REFUSED_V4)
    return address in _UNICAST_V6 and not any(address in block for block in _REFUSED_V6)


def is_literal(host: str) -> bool:
    """Whether a host is an address in any spelling that resolvers take: 127.1, 0x7f.1, [::1]."""
    return ":" in host or _NUMERIC.fullmatch(host) is not None


def is_among(host: str, hosts: Sequence[str]) -> bool:
    """Whether a host is one of these, or below one of them."""
    name = host.lower().removesuffix(".")
    return any(name == known or name.endswith(f".{known}") for known in hosts)


GLOBAL = Policy(resolve=look_up, allows=is_global)
