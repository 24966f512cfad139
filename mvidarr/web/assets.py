"""Static files as the browser asks for them: one joined stylesheet, and addresses that carry the
hash of what they point at, so that a copy may be kept for ever."""

import functools
import hashlib
from pathlib import Path

from mvidarr.core import config

STYLESHEET = "app.css"

# The order is the cascade: reset.css declares the layers, later components lean on earlier ones.
STYLES = (
    "reset",
    "tokens",
    "base",
    "layout",
    "components/topbar",
    "components/tabbar",
    "components/sidebar",
    "components/bell",
    "components/nav",
    "components/on-air",
    "components/icon",
    "components/button",
    "components/tally",
    "components/input",
    "components/select",
    "components/search-field",
    "components/check",
    "components/switch",
    "components/range",
    "components/field",
    "components/seg",
    "components/tabs",
    "components/tag",
    "components/chip",
    "components/status",
    "components/kbd",
    "components/thumb",
    "components/pick",
    "components/vgrid",
    "components/vcard",
    "components/thumb-controls",
    "components/acard",
    "components/alphabet",
    "components/rows",
    "components/table",
    "components/toolbar",
    "components/bulkbar",
    "components/menu",
    "components/dialog",
    "components/toast",
    "components/meter",
    "components/busy-line",
    "components/skeleton",
    "components/empty",
    "components/pager",
    "components/avatar",
    "components/stats",
    "components/spark",
    "components/panel",
    "components/kv",
    "components/callout",
    "components/problem",
    "components/undo",
    "components/timeline",
    "components/score",
    "components/rating",
    "components/lower-third",
    "components/hero",
    "components/ribbon",
    "components/versions",
    "components/player",
    "components/watch",
    "components/review",
    "components/up-next",
    "components/deck",
    "components/stages",
    "components/queue",
    "components/settings",
    "components/ranks",
    "components/savebar",
    "components/swatches",
    "components/path-preview",
    "components/health",
    "components/log",
    "components/disk",
    "components/auth",
    "components/wizard",
    "components/choice",
    "components/artist-strip",
    "components/testcard",
    "components/forced-colors",
    "utilities",
)


def root() -> Path:
    return config.resource_dir("static")


@functools.cache
def bundle() -> bytes:
    """Return every stylesheet joined in the order of the cascade."""
    return b"\n".join((root() / "css" / f"{name}.css").read_bytes() for name in STYLES)


@functools.cache
def bundle_name() -> str:
    """Return the name that the joined stylesheet is served under, such as `app.3f9c01ab52.css`."""
    return f"app.{_digest(bundle())}.css"


@functools.cache
def static_url(name: str) -> str:
    """Return the address of a static file; raise FileNotFoundError when there is none."""
    if name == STYLESHEET:
        return f"/static/{bundle_name()}"
    return f"/static/{name}?v={_digest((root() / name).read_bytes())}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:10]
