"""A browser's `cookies.txt`: what of it is YouTube's, in the form that yt-dlp reads. Pure.

The form is Netscape's: seven fields with tabs between them; `#HttpOnly_` before the first means
that pages may not read the cookie. What was read once is read again: nothing depends on the clock.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

HEADER = "# Netscape HTTP Cookie File"
YOUTUBE, GOOGLE = "youtube.com", "google.com"
LARGEST = 1 << 20  # characters of a whole browser's cookies
MOST = 16_000  # characters that are kept: a row of MariaDB holds 64 kB, encrypted
_HTTP_ONLY = "#HttpOnly_"
_SIGN_IN = ("SAPISID", "__Secure-1PAPISID", "__Secure-3PAPISID")  # one of them, and:
_LOGIN = "LOGIN_INFO"


@dataclass(frozen=True, kw_only=True)
class Jar:
    """What is told of cookies. `expires_at`: when the sign-in ends, in ms since 1970."""

    count: int
    is_signed_in: bool
    expires_at: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Cookie:
    domain: str  # with its marks: #HttpOnly_ and a dot for all hosts below it
    path: str
    secure: str
    expires: str  # seconds since 1970; 0: with the browser's session
    name: str
    value: str

    @property
    def host(self) -> str:
        return self.domain.removeprefix(_HTTP_ONLY).lstrip(".").lower()

    def is_of(self, *domains: str) -> bool:
        return any(self.host == one or self.host.endswith(f".{one}") for one in domains)

    def line(self) -> str:
        # yt-dlp refuses all of them where this mark and the dot do not agree
        is_wide = self.domain.removeprefix(_HTTP_ONLY).startswith(".")
        wide = "TRUE" if is_wide else "FALSE"
        fields = (self.domain, wide, self.path, self.secure, self.expires, self.name, self.value)
        return "\t".join(fields)


def parse(text: str) -> str:
    """The cookies of YouTube and of Google's sign-in. Raises ValueError with a sentence."""
    if len(text) > LARGEST:
        raise ValueError("This is too long for a cookies.txt file.")
    ours = [cookie for cookie in _read(text) if cookie.is_of(YOUTUBE, GOOGLE)]
    if not any(cookie.is_of(YOUTUBE) for cookie in ours):
        raise ValueError(
            "There are no cookies of YouTube in it. Export them as cookies.txt, in Netscape’s "
            "format, while you are signed in."
        )
    kept = _written(ours)
    if len(kept) > MOST:  # Google's are only there in case that YouTube asks for them
        kept = _written([cookie for cookie in ours if cookie.is_of(YOUTUBE)])
    if len(kept) > MOST:
        raise ValueError("There are too many cookies of YouTube in it. Export them anew.")
    return kept


def look(text: str) -> Jar:
    """What can be said of saved cookies without showing them."""
    found = list(_read(text))
    names = {cookie.name: cookie for cookie in found if cookie.is_of(YOUTUBE)}
    signs = [names[name] for name in (*_SIGN_IN, _LOGIN) if name in names]
    ends = [int(float(cookie.expires)) * 1000 for cookie in signs if float(cookie.expires)]
    is_signed_in = _LOGIN in names and len(signs) > 1
    return Jar(
        count=len(found),
        is_signed_in=is_signed_in,
        expires_at=min(ends, default=None) if is_signed_in else None,
    )


def values(text: str) -> Iterator[str]:
    """The secrets themselves, for whoever keeps them out of logs."""
    return (cookie.value for cookie in _read(text))


def _read(text: str) -> Iterator[_Cookie]:
    for line in re.split(r"\r\n|\r|\n", text.lstrip("\ufeff")):
        # whoever copies from a terminal gets spaces
        fields = line.split("\t") if "\t" in line else line.split(maxsplit=6)
        if len(fields) != 7 or not _is_printable(line):
            continue
        domain, _, path, secure, expires, name, value = fields
        yield _Cookie(
            domain=domain.strip(),
            path=path or "/",
            secure=secure.upper(),
            expires=expires if re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,9})?", expires) else "0",
            name=name,
            value=value,
        )


def _is_printable(line: str) -> bool:
    return line.replace("\t", "").isprintable()


def _written(cookies: list[_Cookie]) -> str:
    return "\n".join([HEADER, *(cookie.line() for cookie in cookies)]) + "\n"
