"""What is kept of a browser's cookies, in whatever shape they come."""

import http.cookiejar
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvidarr.core.errors import Invalid
from mvidarr.settings import cookies, download_options, languages, service_options
from mvidarr.settings.cookies import Jar

LOGIN = ".youtube.com\tTRUE\t/\tTRUE\t2000000000\tLOGIN_INFO\tAFmmF2swRQ:QUQ3"
SIGN = "#HttpOnly_.youtube.com\tTRUE\t/\tTRUE\t1900000000.5\t__Secure-3PAPISID\tabc/def"
GOOGLE = ".google.com\tTRUE\t/\tFALSE\t0\tNID\t511=x"
OTHERS = (
    ".bank.example\tTRUE\t/\tTRUE\t2000000000\tsession\tsecret",
    ".notyoutube.com\tTRUE\t/\tTRUE\t2000000000\ta\tb",
    "youtube.com.evil.example\tFALSE\t/\tTRUE\t2000000000\ta\tb",
    ".google.com.evil.example\tTRUE\t/\tTRUE\t2000000000\ta\tb",
)
WHOLE = "\n".join(["# Netscape HTTP Cookie File", "# made by hand", "", LOGIN, SIGN, GOOGLE])


def lines(text: str) -> list[str]:
    return cookies.parse(text).splitlines()[1:]


def test_only_youtubes_and_googles_cookies_are_kept() -> None:
    kept = lines("\n".join([*OTHERS, WHOLE, *OTHERS]))

    assert kept == [LOGIN, SIGN, GOOGLE]


@pytest.mark.parametrize(
    "text",
    [
        WHOLE.replace("\n", "\r\n"),
        WHOLE.replace("\n", "\r"),
        f"\ufeff{LOGIN}\n{SIGN}\n{GOOGLE}",
        f"{WHOLE}\nhalf a line\n\t\t\n",
        "\n".join(line.replace("\t", "   ") for line in (LOGIN, SIGN, GOOGLE)),
    ],
    ids=["windows", "old mac", "mark of order", "rubbish", "spaces"],
)
def test_files_of_every_system_are_read(text: str) -> None:
    assert lines(text) == [LOGIN, SIGN, GOOGLE]


def test_marks_that_ytdlp_would_stumble_over_are_put_right() -> None:
    kept = lines(
        "youtube.com\tTRUE\t/\ttrue\t-1\ta\tb\n"
        ".youtube.com\tFALSE\t\tFALSE\tsession\tc\t\n"
        ".youtube.com\tTRUE\t/\tTRUE\t2000000000\tbad\x07name\td"
    )

    assert kept == [
        "youtube.com\tFALSE\t/\tTRUE\t0\ta\tb",
        ".youtube.com\tTRUE\t/\tFALSE\t0\tc\t",
    ]


@pytest.mark.parametrize(
    "text",
    ["hello", '[{"domain": ".youtube.com"}]', "\n".join(OTHERS), GOOGLE, "x" * (1 << 20 | 1)],
    ids=["words", "json", "others", "google alone", "huge"],
)
def test_what_holds_no_cookies_of_youtube_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        service_options.youtube_cookies.parse(text)

    assert str(refused.value.fields["youtube_cookies"]).endswith(".")


def test_googles_cookies_give_way_when_there_are_many() -> None:
    many = [GOOGLE.replace("NID", f"N{number}") for number in range(1000)]

    assert lines("\n".join([*many, LOGIN])) == [LOGIN]
    with pytest.raises(ValueError, match="too many"):
        cookies.parse("\n".join(one.replace("google", "youtube") for one in many))


def test_what_was_kept_is_read_again_as_it_is() -> None:
    kept = service_options.youtube_cookies.parse(WHOLE)

    assert service_options.youtube_cookies.parse(kept) == kept
    assert service_options.youtube_cookies.parse("  ") == ""


def test_cookies_are_told_without_their_values() -> None:
    assert cookies.look(cookies.parse(WHOLE)) == Jar(
        count=3, is_signed_in=True, expires_at=1_900_000_000_000
    )
    assert cookies.look(cookies.parse(LOGIN)) == Jar(count=1, is_signed_in=False)
    session = cookies.parse(f"{LOGIN}\n{SIGN}".replace("2000000000", "0").replace("1900", "0"))
    assert cookies.look(session).is_signed_in
    assert list(cookies.values(cookies.parse(WHOLE))) == ["AFmmF2swRQ:QUQ3", "abc/def", "511=x"]


FIELD = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(
    domain=st.sampled_from([".youtube.com", "www.youtube.com", "#HttpOnly_.youtube.com"]),
    fields=st.lists(FIELD, min_size=6, max_size=6),
)
def test_whatever_is_kept_is_read_by_a_strict_reader(domain: str, fields: list[str]) -> None:
    try:
        kept = cookies.parse("\t".join([domain, *fields]))
    except ValueError:
        return
    jar = http.cookiejar.MozillaCookieJar()

    jar._really_load(io.StringIO(kept), "cookies.txt", True, True)  # type: ignore[attr-defined]

    assert cookies.parse(kept) == kept


@pytest.mark.parametrize("code", ["en", "pt-BR", "zh-Hans", "fil", "es-419"])
def test_codes_of_languages_are_taken(code: str) -> None:
    assert languages.problem([code]) is None
    assert download_options.subtitle_languages.parse([code]) == [code]


@pytest.mark.parametrize("code", ["all", ".*", "-live_chat", "English", "en.*", "e", "en orig"])
def test_what_ytdlp_takes_for_a_pattern_is_no_code(code: str) -> None:
    if code == "all":  # three letters: a code that nobody uses, and no pattern for us
        assert languages.problem([code]) is None
    else:
        assert code in str(languages.problem(["en", code]))
