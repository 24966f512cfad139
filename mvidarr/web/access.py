"""What the guards need of the settings, kept ready: they run on the event loop and may not ask."""

import socket

from mvidarr import settings
from mvidarr.settings import options
from mvidarr.web import origins


class _Kept:
    """This process's copy; replaced as a whole."""

    now = origins.Access()


def current() -> origins.Access:
    return _Kept.now


@settings.on_change(options.allowed_hosts, options.public_url)
def refresh() -> None:
    """Read the settings again: once at the start, then whenever one of them changed."""
    allowed = settings.get(options.allowed_hosts)
    _Kept.now = origins.Access(
        names=frozenset(filter(None, map(_name, allowed))),
        own=_own_names(),
        public=_public(settings.get(options.public_url)),
    )


def _name(entry: str) -> str:
    host = origins.parse_host(entry)
    return host.name if host else ""


def _own_names() -> frozenset[str]:
    name = socket.gethostname().lower().removesuffix(".")
    return frozenset({"localhost", name, f"{name.partition('.')[0]}.local"})


def _public(address: str) -> origins.Origin | None:
    scheme, _, rest = address.partition("://")
    return origins.parse_origin(f"{scheme}://{rest.partition('/')[0]}")
