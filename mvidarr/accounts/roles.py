"""Roles: what each may do, in words, and comparing them. The order itself is `terms.Role`."""

from mvidarr.core.errors import Forbidden, Invalid
from mvidarr.core.terms import Role

MEANING = {  # goes on from "lets you"
    Role.READONLY: "look at everything and play it.",
    Role.USER: "look at everything, ask for downloads, and keep own playlists and ratings.",
    Role.MANAGER: "do all of that, change artists and videos, and steer downloads and jobs.",
    Role.ADMIN: "do everything: people, settings, services, and what cannot be undone.",
}


def parse(word: str) -> Role:
    """The role of that name; raises Invalid under `role`."""
    try:
        return Role(word)
    except ValueError:
        raise Invalid({"role": f"Choose one of: {', '.join(Role)}."}) from None


def lower(one: Role, other: Role) -> Role:
    """The lesser of two roles."""
    return min(one, other, key=lambda role: role.rank)


def up_to(ceiling: Role) -> list[Role]:
    """The roles that somebody with `ceiling` may hand on, least first."""
    return [role for role in Role if ceiling.includes(role)]


def require(have: Role, needed: Role) -> None:
    """Raises Forbidden when `have` does not reach."""
    if not have.includes(needed):
        raise Forbidden(f"This needs the role {needed}; yours is {have}.")
