"""Host and Origin headers as browsers, scripts and attackers send them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvidarr.web import origins
from mvidarr.web.origins import Access, Ask, Host

OK, NO = True, False
HOME = "http://nas.test:8642"
PUBLIC = "https://videos.example.org"


@pytest.mark.parametrize(
    ("raw", "name", "port", "is_address"),
    [
        ("localhost", "localhost", None, False),
        ("localhost:8642", "localhost", 8642, False),
        ("NAS.Test:80", "nas.test", 80, False),
        ("nas.test.", "nas.test", None, False),
        ("my_box", "my_box", None, False),
        ("xn--bjrk-6qa.is", "xn--bjrk-6qa.is", None, False),
        ("192.168.1.5:8642", "192.168.1.5", 8642, True),
        ("127.0.0.1", "127.0.0.1", None, True),
        ("[::1]", "::1", None, True),
        ("[::1]:8642", "::1", 8642, True),
        ("[2001:DB8:0::1]:80", "2001:db8::1", 80, True),
        ("nas.test:", "nas.test", None, False),
        ("0x7f.1", "0x7f.1", None, False),  # a name for us, whatever a resolver makes of it
        ("2130706433", "2130706433", None, False),
        ("127.1", "127.1", None, False),
    ],
)
def test_hosts_are_taken_apart(raw: str, name: str, port: int | None, is_address: bool) -> None:
    assert origins.parse_host(raw) == Host(name=name, port=port, is_address=is_address)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        ":8642",
        ".",
        "..",
        "a..b",
        ".nas",
        "h/?",
        "h/path",
        "h?q",
        "h#f",
        "user@h",
        "h\\x",
        "h h",
        "h,evil.com",
        "h:80:80",
        "h:port",
        "h:-1",
        "h:+80",
        "h:65536",
        "h:999999",
        "h:٣",
        "::1",
        "[::1",
        "::1]",
        "[::1]evil",
        "[::1].evil.com",
        "[fe80::1%25eth0]",
        "[127.0.0.1]",
        "[]",
        "[v1.x]",
        "ⓛocalhost",
        "\u212a8s",  # the Kelvin sign, k in lower case
        "h\x00",
        "h\r\nX: y",
        "h%20",
        "x" * 64,
        ".".join(["x" * 50] * 6),
    ],
)
def test_malformed_hosts_are_seen(raw: str) -> None:
    assert origins.parse_host(raw) is None


@given(st.text(max_size=300))
def test_no_host_or_origin_makes_the_parser_fail(raw: str) -> None:
    origins.parse_host(raw)
    origins.parse_origin(raw)


@pytest.mark.parametrize(
    ("names", "public", "host", "is_answered"),
    [
        ((), "", "evil.com", OK),  # nothing set: any name
        (("nas.test",), "", "nas.test", OK),
        (("nas.test",), "", "NAS.TEST:8642", OK),
        (("nas.test",), "", "nas.test.", OK),
        (("nas.test",), "", "evil.com", NO),
        (("nas.test",), "", "evil-nas.test", NO),
        (("nas.test",), "", "nas.test.evil.com", NO),
        (("nas.test",), "", "sub.nas.test", NO),
        (("nas.test",), "", "localhost:1", OK),
        (("nas.test",), "", "thisbox", OK),
        (("nas.test",), "", "192.168.0.9", OK),
        (("nas.test",), "", "[::1]:8642", OK),
        (("nas.test",), "", "0x7f.1", NO),
        (("nas.test",), "", "localhost.evil.com", NO),
        (("nas.test",), PUBLIC, "videos.example.org", OK),
        (("nas.test",), PUBLIC, "videos.example.org:8443", OK),
        (("nas.test",), PUBLIC, "example.org", NO),
    ],
)
def test_names_that_are_answered(names: Any, public: str, host: str, is_answered: bool) -> None:
    access = Access(
        names=frozenset(names),
        own=frozenset({"localhost", "thisbox"}),
        public=origins.parse_origin(public),
    )
    parsed = origins.parse_host(host)

    assert parsed is not None
    assert access.answers_to(parsed) is is_answered


@pytest.mark.parametrize(
    ("sites", "given_origins", "opened", "public", "has_cookie", "is_allowed"),
    [
        # fetch metadata decides, whatever Origin says
        (["same-origin"], [], HOME, "", OK, OK),
        (["same-origin"], [HOME], HOME, "", OK, OK),
        (["same-origin"], ["https://proxied.example"], HOME, "", OK, OK),
        (["none"], [], HOME, "", OK, OK),
        ([" same-origin "], [], HOME, "", OK, OK),
        (["same-site"], [HOME], HOME, "", OK, NO),
        (["cross-site"], [HOME], HOME, "", OK, NO),
        (["cross-site"], [], HOME, "", NO, NO),
        (["cross-site"], ["null"], HOME, "", NO, NO),
        (["SAME-ORIGIN"], [HOME], HOME, "", OK, NO),
        ([""], [HOME], HOME, "", OK, NO),
        (["same-origin, cross-site"], [HOME], HOME, "", OK, NO),
        (["same-origin", "cross-site"], [HOME], HOME, "", OK, NO),
        (["same-origin", "same-origin"], [], HOME, "", OK, OK),
        # without it, Origin must be ours
        ([], [HOME], HOME, "", OK, OK),
        ([], ["HTTP://NAS.TEST:8642"], HOME, "", OK, OK),
        ([], ["https://nas.test:8642"], HOME, "", OK, NO),
        ([], ["http://nas.test"], HOME, "", OK, NO),
        ([], ["http://nas.test:8643"], HOME, "", OK, NO),
        ([], ["http://evil.test:8642"], HOME, "", OK, NO),
        ([], ["http://sub.nas.test:8642"], HOME, "", OK, NO),
        ([], ["http://nas.test:8642.evil.com"], HOME, "", OK, NO),
        ([], ["http://nas.test:8642@evil.com"], HOME, "", OK, NO),
        ([], ["http://evil.com#nas.test:8642"], HOME, "", OK, NO),
        ([], ["http://nas.test:8642/"], HOME, "", OK, NO),
        ([], ["http://nas.test:8642\\@evil.com"], HOME, "", OK, NO),
        ([], ["null"], HOME, "", OK, NO),
        ([], ["null"], HOME, "", NO, NO),
        ([], [""], HOME, "", NO, NO),
        ([], ["nas.test:8642"], HOME, "", OK, NO),
        ([], ["file://"], HOME, "", OK, NO),
        ([], ["chrome-extension://abcdef"], HOME, "", OK, NO),
        ([], ["http://[::1"], HOME, "", OK, NO),
        ([], ["http://nas.test:port"], HOME, "", OK, NO),
        ([], [HOME, "http://evil.com"], HOME, "", OK, NO),
        ([], [f"{HOME} http://evil.com"], HOME, "", OK, NO),
        ([], ["http://evil.com"], HOME, "", NO, NO),  # with a key in a header, too
        # default ports
        ([], ["http://nas.test"], "http://nas.test:80", "", OK, OK),
        ([], ["http://nas.test:80"], "http://nas.test", "", OK, OK),
        ([], ["https://nas.test"], "https://nas.test:443", "", OK, OK),
        ([], ["https://nas.test:443"], "https://nas.test", "", OK, OK),
        ([], ["http://nas.test:443"], "https://nas.test", "", OK, NO),
        # addresses
        ([], ["http://[::1]:8642"], "http://[::1]:8642", "", OK, OK),
        ([], ["http://[0:0:0:0:0:0:0:1]:8642"], "http://[::1]:8642", "", OK, OK),
        ([], ["http://[::1]"], "http://[::1]:8642", "", OK, NO),
        ([], ["http://192.168.1.5:8642"], "http://192.168.1.5:8642", "", OK, OK),
        ([], ["http://127.0.0.1:8642"], "http://localhost:8642", "", OK, NO),
        # behind a proxy that ends TLS
        ([], [PUBLIC], "http://10.0.0.3:8642", PUBLIC, OK, OK),
        ([], [f"{PUBLIC}:443"], "http://10.0.0.3:8642", PUBLIC, OK, OK),
        ([], ["http://videos.example.org"], "http://10.0.0.3:8642", PUBLIC, OK, NO),
        ([], [HOME], HOME, PUBLIC, OK, OK),
        # neither: no browser of today
        ([], [], HOME, "", OK, NO),
        ([], [], HOME, PUBLIC, OK, NO),
        ([], [], HOME, "", NO, OK),
        # a Host that makes no sense is nobody's origin
        ([], [HOME], "", "", OK, NO),
        ([], [], "", "", NO, OK),
    ],
)
def test_who_may_change_something(
    sites: list[str],
    given_origins: list[str],
    opened: str,
    public: str,
    has_cookie: bool,
    is_allowed: bool,
) -> None:
    ask = Ask(
        sites=sites,
        origins=given_origins,
        seen_as=origins.parse_origin(opened),
        has_cookie=has_cookie,
    )

    problem = origins.refusal(ask, origins.parse_origin(public))

    assert (problem is None) is is_allowed
    assert problem is None or problem.endswith(".")


@pytest.mark.parametrize(
    "path",
    ["/", "/videos", "/artists/7?tab=a&b=c#top", "/a//b", "/%2F%2Fevil.com", "/Björk", "/a:b"],
)
def test_paths_of_ours_are_kept(path: str) -> None:
    assert origins.safe_next(path) == path


@pytest.mark.parametrize(
    "target",
    [
        "",
        " /videos",
        "videos",
        "//evil.com",
        "///evil.com",
        "////evil.com",
        "/\\evil.com",
        "/a\\b",
        "\\\\evil.com",
        "\\/evil.com",
        "http://evil.com",
        "https:evil.com",
        "http:///evil.com",
        "HTTPS://evil.com",
        "javascript:alert(1)",
        "data:text/html,x",
        "/\t/evil.com",
        "/\n/evil.com",
        "/\r\nSet-Cookie: a=b",
        "/\x00",
        "\t//evil.com",
        "/ /evil.com",
        "/\u2028/x",
        "/\xa0x",
        "/\x7f",
        "?next=x",
        "#x",
        "/" + "x" * 2001,
    ],
)
def test_other_targets_are_not(target: str) -> None:
    assert origins.safe_next(target) is None


@given(st.text(alphabet="/\\abc.:@?#%\t\n\r \x00\u2028é", max_size=40))
def test_what_is_kept_stays_on_this_site(target: str) -> None:
    kept = origins.safe_next(target)

    if kept is not None:
        # what a browser would drop or turn around before it reads an address
        seen = "".join(char for char in kept if char > " ").replace("\\", "/")
        assert seen.startswith("/")
        assert not seen.startswith("//")
