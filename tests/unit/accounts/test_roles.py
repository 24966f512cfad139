"""Roles: comparing them and saying what they mean."""

import pytest

from mvidarr.accounts import roles
from mvidarr.core.errors import Forbidden, Invalid
from mvidarr.core.terms import Role


def test_every_role_has_a_meaning() -> None:
    assert set(roles.MEANING) == set(Role)


def test_the_lesser_of_two_roles_wins_whichever_comes_first() -> None:
    assert roles.lower(Role.ADMIN, Role.USER) is Role.USER
    assert roles.lower(Role.USER, Role.ADMIN) is Role.USER


def test_nobody_hands_on_more_than_they_have() -> None:
    assert roles.up_to(Role.USER) == [Role.READONLY, Role.USER]
    assert roles.up_to(Role.ADMIN) == list(Role)


def test_an_unknown_role_is_invalid() -> None:
    assert roles.parse("manager") is Role.MANAGER
    with pytest.raises(Invalid, match="admin"):
        roles.parse("ADMIN")


def test_a_role_that_does_not_reach_is_refused_by_name() -> None:
    roles.require(Role.ADMIN, Role.MANAGER)
    with pytest.raises(Forbidden, match="needs the role manager; yours is user"):
        roles.require(Role.USER, Role.MANAGER)
