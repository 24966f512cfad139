"""Roles: what each may do, in words, and comparing them. The order itself is `terms.Role`."""

from mvidarr.core.terms import Role

MEANING = {  # goes on from "lets you"
    Role.READONLY: "look at everything and play it.",
    Role.USER: "look at everything, ask for downloads, and keep own playlists and ratings.",
    Role.MANAGER: "do all of that, change artists and videos, and steer downloads and jobs.",
    Role.ADMIN: "do everything: people, settings, services, and what cannot be undone.",
}


def lower(one: Role, other: Role) -> Role:
    """The lesser of two roles."""
    return min(one, other, key=lambda role: role.rank)


def up_to(ceiling: Role) -> list[Role]:
    """The roles that somebody with `ceiling` may hand on, least first."""
    return [role for role in Role if ceiling.includes(role)]
