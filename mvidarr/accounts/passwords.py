"""Passwords: what is accepted, and their argon2id hashes.

A hash takes 19 MiB and some 20 ms, so no more than two are made at once; callers belong in
`slow` routes and never inside a transaction. They are made by threads of our own, because the
allocator keeps such a block for every thread that ever asked for one.
"""

import functools
import itertools
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from mvidarr.core.errors import Invalid

SHORTEST, LONGEST = 8, 256  # characters
AT_ONCE = 2
_PADDING = "0123456789!?.,;:#@$%&*+-_ "

_hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")


def hash_new(password: str, name: str = "") -> str:
    """Hash a password that somebody chose; raises Invalid under `password`."""
    problem = weakness(password, name)
    if problem:
        raise Invalid({"password": problem})
    return rehash(password)


def weakness(password: str, name: str = "") -> str | None:
    """Why this password cannot be taken, as a sentence; None when it can."""
    if len(password) > LONGEST:
        return f"Use {LONGEST} characters or fewer."
    if len(password) < SHORTEST:
        return f"Use {SHORTEST} characters or more; a short sentence is best."
    if not _is_text(password):
        return "This password has characters that cannot be stored."
    folded = _plain(password).casefold()
    if folded == _plain(name).casefold():
        return "Use something else than the name."
    if len(set(folded)) < 4 or _is_a_row(folded) or _is_common(folded):
        return "This is one of the passwords that everybody tries first; choose another."
    return None


def matches(password: str, stored: str) -> bool:
    """Whether this is the password behind the stored hash; takes as long when it is not."""
    if len(password) > LONGEST or not _is_text(password):
        return False
    try:
        return _threads.submit(_hasher.verify, stored, _plain(password)).result()
    except (VerificationError, InvalidHashError):
        return False


def match_nobody(password: str) -> None:
    """Take the time of `matches` for a name that nobody has, so that it cannot be told apart."""
    matches(password, _nobodys())


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other costs than today's."""
    return _hasher.check_needs_rehash(stored)


def rehash(password: str) -> str:
    """Hash a password that just matched, whatever we would say of it today."""
    return _threads.submit(_hasher.hash, _plain(password)).result()


@functools.cache
def _nobodys() -> str:
    return rehash(secrets.token_urlsafe(24))


@functools.cache
def common_words() -> frozenset[str]:
    """Passwords that everybody tries first, and words that they are made of; lower case."""
    return frozenset(Path(__file__).with_name("common_passwords.txt").read_text("utf-8").split())


def _plain(password: str) -> str:
    """One form of what keyboards send in two: é as one character or as letter and accent."""
    return unicodedata.normalize("NFC", password)


def _is_text(password: str) -> bool:
    return not any(unicodedata.category(char) == "Cs" for char in password)


def _is_common(folded: str) -> bool:
    core = folded.strip(_PADDING)
    half = core[: len(core) // 2]
    is_twice = core == half * 2 and half in common_words()
    return not core or is_twice or folded in common_words() or core in common_words()


def _is_a_row(folded: str) -> bool:
    """12345678, abcdefgh, 87654321: each character follows the one before."""
    steps = {ord(after) - ord(before) for before, after in itertools.pairwise(folded)}
    return steps in ({1}, {-1})
