"""A browser's `cookies.txt`: what of it is YouTube's, in the form that yt-dlp reads. Pure.

The form is Netscape's: seven fields with tabs between them; `#HttpOnly_` before the first means
that pages may not read the cookie.
"""

from collections.abc import Iterator

HEADER = "# Netscape HTTP Cookie File"
DOMAINS = ("youtube.com", "google.com")
LARGEST = 1 << 20  # characters of a whole browser's cookies
MOST = 16_000  # characters that are kept: a row of MariaDB holds 64 kB, encrypted
_HTTP_ONLY = "#HttpOnly_"


def parse(text: str) -> str:
    """The cookies of YouTube and of Google's sign-in. Raises ValueError with a sentence."""
    if len(text) > LARGEST:
        raise ValueError("This is too long for a cookies.txt file.")
    ours = list(_ours(text))
    if not ours:
        raise ValueError(
            "There are no cookies of YouTube in it. Export them as cookies.txt, in Netscape’s "
            "format, while you are signed in."
        )
    kept = "\n".join([HEADER, *ours]) + "\n"
    if len(kept) > MOST:
        raise ValueError("There are too many cookies of YouTube in it. Export them anew.")
    return kept


def _ours(text: str) -> Iterator[str]:
    for line in text.splitlines():
        fields = line.split("\t")
        domain = fields[0].removeprefix(_HTTP_ONLY).lstrip(".").lower()
        if len(fields) == 7 and any(
            domain == known or domain.endswith(f".{known}") for known in DOMAINS
        ):
            yield line
