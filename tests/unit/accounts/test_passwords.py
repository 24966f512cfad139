"""Passwords: what is taken, and what their hashes cost."""

import threading
import unicodedata

import argon2
import pytest

from mvidarr.accounts import passwords
from mvidarr.core.errors import Invalid

GOOD = "a long sentence is best"


def test_hashes_have_the_costs_that_we_chose() -> None:
    costs = argon2.extract_parameters(passwords.hash_new(GOOD))

    assert costs.type is argon2.Type.ID
    assert (costs.memory_cost, costs.time_cost, costs.parallelism) == (19 * 1024, 2, 1)


def test_a_password_matches_its_hash_and_no_other_does() -> None:
    stored = passwords.hash_new(GOOD)

    assert passwords.matches(GOOD, stored)
    assert not passwords.matches(GOOD + " ", stored)
    assert not passwords.matches("", stored)


def test_two_hashes_of_one_password_differ() -> None:
    assert passwords.hash_new(GOOD) != passwords.hash_new(GOOD)


def test_a_composed_letter_is_the_same_as_letter_and_accent() -> None:
    composed = unicodedata.normalize("NFC", "Björk auf Reisen")
    apart = unicodedata.normalize("NFD", composed)

    assert composed != apart
    assert passwords.matches(apart, passwords.hash_new(composed))


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short12",
        "x" * 257,
        "aaaaaaaaaaaa",
        "abababababab",
        "password",
        "Password",
        "PASSWORD123!",
        "passwordpassword",
        "12345678",
        "87654321",
        "1234567890",
        "abcdefgh",
        "qwertyui",
        "letmein2024",
        "!!!admin!!!",
        "changeme",
        "sunshine99",
        "00000000",
        "1q2w3e4r5t",
        "lone \ud800 surrogate",
    ],
)
def test_weak_passwords_are_refused_with_a_sentence(password: str) -> None:
    with pytest.raises(Invalid) as caught:
        passwords.hash_new(password)

    assert caught.value.fields["password"].endswith(".")


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "x7#kQ2!m",
        "correct horse battery",
        "ÄÖÜäöüß€",
        "パスワードは秘密",
        "x" * 8 + "yzw1" * 62,
    ],
)
def test_other_passwords_are_taken(password: str) -> None:
    assert passwords.weakness(password) is None


def test_the_name_is_no_password() -> None:
    assert passwords.weakness("maren.1987", "Maren.1987")
    assert passwords.weakness("maren.1987", "somebody else") is None


@pytest.mark.parametrize("password", ["x" * 257, "y" * 1_000_000, "lone \ud800 surrogate"])
def test_what_cannot_be_a_password_is_not_hashed(
    password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = passwords.hash_new(GOOD)
    monkeypatch.setattr(passwords, "_hasher", None)  # using it would fail

    assert not passwords.matches(password, stored)


def test_a_broken_stored_hash_matches_nothing() -> None:
    assert not passwords.matches(GOOD, "!")
    assert not passwords.matches(GOOD, "$argon2id$v=19$m=8,t=1,p=1$broken")


def test_a_hash_with_other_costs_is_outdated() -> None:
    old = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(GOOD)

    assert passwords.is_outdated(old)
    assert passwords.matches(GOOD, old)
    assert not passwords.is_outdated(passwords.rehash(GOOD))


def test_no_more_than_two_hashes_are_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = passwords.hash_new(GOOD)
    counting = _Counting()
    monkeypatch.setattr(passwords, "_hasher", counting)
    threads = [threading.Thread(target=passwords.matches, args=(GOOD, stored)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert counting.calls == 8
    assert counting.most == passwords.AT_ONCE == 2


def test_the_list_of_common_passwords_is_short_and_in_lower_case() -> None:
    words = passwords.common_words()

    assert 100 <= len(words) <= 200
    assert {word.casefold() for word in words} == words


class _Counting:
    """A hasher that waits for company, as long as there may be more of it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.two = threading.Barrier(2)
        self.calls = self.now = self.most = 0

    def verify(self, stored: str, password: str) -> bool:
        with self.lock:
            self.calls += 1
            self.now += 1
            self.most = max(self.most, self.now)
        self.two.wait(timeout=30)
        with self.lock:
            self.now -= 1
        return True
