"""What a service has to import: playlists, libraries."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from mvidarr.core.crypto import Vault
from mvidarr.core.errors import Error, Invalid
from mvidarr.discovery import connections
from mvidarr.discovery.import_kind import Ask, ListKind
from mvidarr.governor import calls, services
from mvidarr.integrations import spotify
from mvidarr.integrations.protocols import Offer

MOST = 500


@dataclass(frozen=True, kw_only=True)
class Offered:
    """What there is, or in a sentence why nobody knows."""

    offers: Sequence[Offer] = ()
    problem: str = ""


def find(kind: ListKind, connection_id: int | None, vault: Vault) -> Offered:
    """Ask the service. Raises Invalid for a kind that offers nothing."""
    if kind.offers is None or kind.service is None:
        raise Invalid({"kind": "This kind of list has nothing to choose from."})
    if kind.connection and connection_id is None:
        return Offered(problem="Choose an account first.")
    try:
        return Offered(offers=_asked(kind, connection_id, vault))
    except Error as error:
        return Offered(problem=str(error))


def _asked(kind: ListKind, connection_id: int | None, vault: Vault) -> Sequence[Offer]:
    if connection_id is None:
        return _listed(kind, "")
    access = connections.access(connection_id, vault)
    try:
        return _listed(kind, access)
    except spotify.Expired:
        return _listed(kind, connections.access(connection_id, vault, refused=access))


def _listed(kind: ListKind, access: str) -> Sequence[Offer]:
    ask = Ask(options={}, access=access)
    service = services.find(str(kind.service))
    return calls.call(
        service, lambda conf: list(islice(kind.offered(conf, ask), MOST)), services.PAGE_PATIENCE
    )
