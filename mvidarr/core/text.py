"""Keys and folding of names: pure, and the same on every database.

`name_key` is identity (Björk = BJÖRK, but not Bjork), `sort_key` is order, `match_key` is for
comparing only, `words` is what search stores and asks for.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator

MOST_MARKS = 30  # accents on one letter; Unicode's stream-safe form allows as many
KEY_LENGTH = 200  # characters of a key; what is longer ends in a hash of the rest

_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"\w+")
_NOT_WORD = re.compile(r"[\W_]+")
_APOSTROPHES = re.compile("(?<=\\w)['’‘ʼ`´](?=\\w)")
_ARTICLE = re.compile(r"^(?:the|a|an|die|der|das|les|los|las|el|il) (?=\S)")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af]+")
_FOLDED = str.maketrans(
    {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i"}
)
_INVISIBLE = frozenset(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF, 0x061C]
)


def tidy(text: str) -> str:
    """The text as a person meant it: NFC, one line, single spaces, nothing invisible in it."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())  # most titles; the rest takes twenty times as long
    kept = (
        " " if char.isspace() else char
        for char in text
        if char.isspace() or not _is_invisible(char)
    )
    # composed only now: what was invisible may have stood between a letter and its accent
    return _SPACES.sub(" ", unicodedata.normalize("NFC", _calm("".join(kept)))).strip()


def tidy_lines(text: str) -> str:
    """Like `tidy`, but line ends stay: for descriptions."""
    return "\n".join(tidy(line) for line in text.splitlines()).strip()


def name_key(text: str) -> str:
    """Identity of a name: case, width and spaces do not count, accents do."""
    folded = unicodedata.normalize("NFKC", tidy(text)).casefold()
    return bounded(_SPACES.sub(" ", unicodedata.normalize("NFKC", folded)).strip())


def fold(text: str) -> str:
    """Lower case without accents, ligatures spelled out."""
    if text.isascii():
        return tidy(text).lower()  # most titles; the rest takes ten times as long
    decomposed = unicodedata.normalize("NFKD", tidy(text).casefold().translate(_FOLDED))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", plain).casefold().translate(_FOLDED)


def sort_key(text: str) -> str:
    """Order of a name: without accents and leading article; never empty for a name."""
    folded = _SPACES.sub(" ", fold(text).lstrip("\"'“”‘’«»([{.…¡¿-_ ")).strip() or fold(text)
    return bounded(_ARTICLE.sub("", folded) or folded)


def match_key(text: str) -> str:
    """What two spellings of one song share: no accents, no punctuation, & = and, no article."""
    spoken = fold(_APOSTROPHES.sub("", text)).replace("&", " and ")
    spelled = _NOT_WORD.sub(" ", spoken).strip()
    bare = spelled.removeprefix("the ") or spelled
    return bounded(bare or fold(text).replace(" ", ""))


def words(text: str) -> list[str]:
    """Folded search terms in their order, none twice; runs of CJK become pairs of characters."""
    return list(dict.fromkeys(_terms(fold(text))))


def _terms(folded: str) -> Iterator[str]:
    for word in _WORD.findall(folded):
        rest = 0
        for run in _CJK.finditer(word):
            yield from _short(word[rest : run.start()])
            pairs = run.group()
            yield from (pairs[i : i + 2] for i in range(max(1, len(pairs) - 1)))
            rest = run.end()
        yield from _short(word[rest:])


def _short(word: str) -> Iterator[str]:
    if word:
        yield word[:48]


def bounded(key: str, length: int = KEY_LENGTH) -> str:
    """The key, or when it is too long for an index its beginning and a hash of the rest."""
    if len(key) <= length:
        return key
    digest = hashlib.sha256(key[length - 33 :].encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"{key[: length - 33]}#{digest}"


def cut_bytes(text: str, limit: int) -> str:
    """As much of the text as fits into `limit` bytes of UTF-8, whole characters only."""
    encoded = text.encode("utf-8", "ignore")
    text = encoded.decode()
    if len(encoded) <= limit:
        return text
    cut = encoded[:limit].decode("utf-8", "ignore")
    while cut and unicodedata.combining(text[len(cut)]):  # keep a letter and its accents together
        cut = cut[:-1]
    return cut


def initial(key: str) -> str:
    """Heading of a sort key in an alphabet: a letter, or # for everything else."""
    first = key[:1].upper()
    return first if "A" <= first <= "Z" else "#"


def _is_invisible(char: str) -> bool:
    return ord(char) in _INVISIBLE or unicodedata.category(char) in {"Cc", "Cs"}


def _calm(text: str) -> str:
    """No letter with endless accents: to put n of them in order takes the time of n times n."""
    if len(text) <= MOST_MARKS:
        return text
    run = 0
    kept: list[str] = []
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run <= MOST_MARKS:
            kept.append(char)
    return "".join(kept)
