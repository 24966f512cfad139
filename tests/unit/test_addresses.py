"""Which addresses belong to the open internet."""

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvidarr.core import addresses

REFUSED = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "",
    "localhost",
    "2130706433",
    "0x7f.1",
    "1.1.1.1 ",
]
ALLOWED = [
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.0.1",
    "172.32.0.1",
    "192.169.0.1",
    "198.17.255.255",
    "223.255.255.255",
    "2001:4860:4860::8888",
    "2606:4700::1111",
    "2a00:1450:4001:80b::200e",
]


@pytest.mark.parametrize("ip", REFUSED)
def test_address_inside_or_reserved_is_refused(ip: str) -> None:
    assert not addresses.is_global(ip)


@pytest.mark.parametrize("ip", ALLOWED)
def test_address_of_the_open_internet_is_allowed(ip: str) -> None:
    assert addresses.is_global(ip)


@given(st.ip_addresses())
def test_nothing_that_python_calls_private_is_allowed(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if addresses.is_global(str(ip)):
        assert ip.is_global
        assert not ip.is_multicast


@given(st.ip_addresses(v=4))
def test_no_way_of_wrapping_an_ipv4_address_is_allowed(ip: ipaddress.IPv4Address) -> None:
    number = int(ip)
    wrapped = [
        ipaddress.IPv6Address(number),
        ipaddress.IPv6Address((0xFFFF << 32) | number),
        ipaddress.IPv6Address((0x64FF9B << 96) | number),
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80)),
        ipaddress.IPv6Address((0x20010000 << 96) | (~number & 0xFFFFFFFF)),
    ]

    assert not any(addresses.is_global(str(address)) for address in wrapped)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0X7F.0.0.1", "0", "8.8.8.8.", "::1", "[::1]"],
)
def test_every_spelling_of_an_address_is_a_literal(host: str) -> None:
    assert addresses.is_literal(host)


@pytest.mark.parametrize("host", ["i.ytimg.com", "1.example.org", "0x7f.example", "1337x.to", "a"])
def test_names_are_not_literals(host: str) -> None:
    assert not addresses.is_literal(host)


@pytest.mark.parametrize(
    "host", ["archive.org", "ia800.us.archive.org", "Archive.ORG", "archive.org."]
)
def test_host_and_what_is_below_it_are_among_the_hosts(host: str) -> None:
    assert addresses.is_among(host, addresses.IMAGE_HOSTS)


@pytest.mark.parametrize(
    "host", ["evilarchive.org", "archive.org.evil.example", "org", "", "example.org"]
)
def test_look_alikes_are_not_among_the_hosts(host: str) -> None:
    assert not addresses.is_among(host, addresses.IMAGE_HOSTS)


def test_name_without_address_is_looked_up_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", nothing)

    assert addresses.look_up("nowhere.example.org", 443) == []


def test_name_that_cannot_be_one_is_looked_up_to_nothing() -> None:
    assert addresses.look_up("a" * 300 + ".example.org", 443) == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost"])
def test_odd_spellings_are_looked_up_to_what_is_refused(host: str) -> None:
    found = addresses.look_up(host, 80)

    assert found
    assert not any(addresses.GLOBAL.allows(ip) for ip, _ in found)
