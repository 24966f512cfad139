"""Pictures of candidates: fetched for whoever looks, because pages may load nothing from outside.

They pass through as they are: nothing is decoded here, and only known picture hosts are asked.
"""

from urllib.parse import urlsplit

from mvidarr import settings
from mvidarr.core import addresses, http
from mvidarr.core.config import Config
from mvidarr.core.errors import NotFound, ServiceError
from mvidarr.core.http import Body
from mvidarr.settings import options

KINDS = ("image/jpeg", "image/png", "image/webp")
MAX_BYTES = 2 << 20


def is_offered(link: str | None) -> bool:
    """Whether the picture behind a link can be shown."""
    if not link:
        return False
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme == "https" and addresses.is_among(host, addresses.IMAGE_HOSTS)


def fetch(link: str, config: Config) -> Body | None:
    """The picture, or None when it cannot be had. Raises NotFound for links of other hosts."""
    if not is_offered(link):
        raise NotFound("There is no such picture.")
    proxy = settings.get(options.outbound_proxy)
    try:
        with http.outside(proxy=proxy, ca=config.ca, hosts=addresses.IMAGE_HOSTS) as client:
            return client.get(link, max_bytes=MAX_BYTES, accept=KINDS)
    except ServiceError:
        return None
