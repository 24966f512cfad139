"""Keys derived from the secret: encryption, signatures, and what happens when it changes."""

import pytest

from mvidarr.core import crypto
from mvidarr.core.crypto import Unreadable, Vault

OLD, NEW = "the first secret of this house", "the second secret of this house"
OF_ANOTHER = "the secret of somebody else's house"


def test_sealed_text_comes_back() -> None:
    vault = Vault((NEW,))

    sealed = vault.encrypt("kéy 123")

    assert vault.decrypt(sealed) == "kéy 123"
    assert "123" not in sealed
    assert vault.encrypt("kéy 123") != sealed


def test_old_secret_still_reads_after_a_new_one_came_first() -> None:
    sealed, signed = Vault((OLD,)).encrypt("x"), Vault((OLD,)).sign([1], salt="a")
    rotated = Vault((NEW, OLD))

    assert rotated.decrypt(sealed) == "x"
    assert rotated.unsign(signed, salt="a", max_age=60) == [1]


def test_a_rotated_vault_writes_with_the_new_secret() -> None:
    rotated, fresh = Vault((NEW, OLD)), Vault((NEW,))

    assert fresh.decrypt(rotated.encrypt("x")) == "x"
    assert fresh.unsign(rotated.sign("y", salt="a"), salt="a", max_age=60) == "y"
    assert rotated.queue_key() == fresh.queue_key()


@pytest.mark.parametrize("sealed", ["", "rubbish", "é", "gAAAAA"])
def test_what_was_not_sealed_by_us_is_unreadable(sealed: str) -> None:
    with pytest.raises(Unreadable, match="cannot be read"):
        Vault((NEW,)).decrypt(sealed)


def test_another_secret_reads_nothing() -> None:
    other = Vault((OF_ANOTHER,))

    with pytest.raises(Unreadable):
        other.decrypt(Vault((NEW,)).encrypt("x"))
    with pytest.raises(Unreadable):
        other.unsign(Vault((NEW,)).sign("x", salt="a"), salt="a", max_age=60)


def test_signature_holds_for_its_salt_and_its_time_only() -> None:
    vault = Vault((NEW,))
    signed = vault.sign({"a": 1}, salt="a")

    assert vault.unsign(signed, salt="a", max_age=60) == {"a": 1}
    for token, salt, age in ((signed, "b", 60), (signed, "a", -1), (signed[:-2], "a", 60)):
        with pytest.raises(Unreadable):
            vault.unsign(token, salt=salt, max_age=age)


def test_purposes_have_nothing_in_common() -> None:
    keys = {crypto.derive(NEW, purpose) for purpose in ("encrypt", "sign", "queue")}

    assert len(keys) == 3
    assert {len(key) for key in keys} == {32}
    assert crypto.derive(NEW, "sign") == crypto.derive(NEW, "sign")


def test_digest_and_comparison_of_tokens() -> None:
    assert len(crypto.digest("token")) == 64
    assert crypto.digest("token") != crypto.digest("Token")
    assert crypto.same("é", "é")
    assert not crypto.same("é", "e")
