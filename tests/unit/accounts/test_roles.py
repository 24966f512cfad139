"""Roles: comparing them and saying what they mean."""

from mvidarr.accounts import roles
from mvidarr.core.terms import Role


def test_every_role_has_a_meaning() -> None:
    assert set(roles.MEANING) == set(Role)


def test_the_lesser_of_two_roles_wins_whichever_comes_first() -> None:
    assert roles.lower(Role.ADMIN, Role.USER) is Role.USER
    assert roles.lower(Role.USER, Role.ADMIN) is Role.USER


def test_nobody_hands_on_more_than_they_have() -> None:
    assert roles.up_to(Role.USER) == [Role.READONLY, Role.USER]
    assert roles.up_to(Role.ADMIN) == list(Role)
