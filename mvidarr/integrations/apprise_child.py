"""The process that runs Apprise: looks at one address, or sends one message to it.

An address that no administrator chose is held twice: its kind must lead to a host that the service
itself fixes, and no connection goes to anything but the open internet (or the outbound proxy).
"""

import socket
from typing import Any
from urllib.parse import urlsplit

import apprise
import requests

from mvidarr.core import addresses, child

# Kinds that act on this machine instead of telling somebody.
LOCAL = frozenset(
    {"blink1", "dbus", "gio", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"}
)
# Kinds that always lead to one host, whatever the rest of the address says.
FIXED = frozenset(
    {
        *("discord", "gchat", "ifttt", "join", "ntfy", "ntfys", "pbul", "pover", "prowl"),
        *("pushed", "pushy", "simplepush", "slack", "spush", "tgram", "webex", "wxteams"),
    }
)
NTFY = frozenset({"ntfy", "ntfys"})  # fixed only where they do not name a server of one's own
UNSEEN = "\u200b"  # a space of no width
UNKNOWN = "Apprise does not know such an address. See its list of services for how to write one."
IS_LOCAL = "This kind of address acts on the server itself and is not allowed."
NOT_FIXED = "Only an administrator can enter this kind of address. Everybody can use: {}."


def work(request: dict[str, Any], say: child.Say) -> None:
    if not request["is_trusted"]:
        keep_outside(request["proxy"])
    asset = apprise.AppriseAsset(
        async_mode=False,
        secure_logging=True,
        allow_templates=False,  # they are files that an address names
        pgp_autogen=False,
        pem_autogen=False,
    )
    made: Any = apprise.Apprise.instantiate(request["url"], asset=asset)
    if (problem := refusal(made, request["is_trusted"])) is not None:
        say({"problem": problem, "permanent": True})
    elif request["do"] == "describe":
        say({"title": str(made.service_name), "shown": shown(made)})
    else:
        made.redirects = made.redirects and request["is_trusted"]
        say(send(made, asset, request))


def refusal(made: Any, is_trusted: bool) -> str | None:
    """Why an address is not used, whoever entered it or because it was nobody trusted."""
    if made is None:
        return UNKNOWN
    schemas = schemas_of(made)
    if schemas & LOCAL:
        return IS_LOCAL
    is_elsewhere = bool(schemas & NTFY) and made.mode != "cloud" and made.host != "ntfy.sh"
    if not is_trusted and (is_elsewhere or not schemas & FIXED):
        return NOT_FIXED.format(", ".join(sorted(FIXED)))
    return None


def shown(made: Any) -> str:
    """The address as far as it is no secret: the library's own mask leaves headers and topics."""
    masked = urlsplit(made.url(privacy=True))
    if schemas_of(made) & FIXED - NTFY:
        return f"{masked.scheme}://{masked.netloc}{masked.path}".rstrip("/")
    if getattr(made, "mode", None) == "cloud":
        return f"{masked.scheme}://…"
    port = f":{masked.port}" if masked.port else ""
    return f"{masked.scheme}://{masked.hostname or ''}{port}/…"


def schemas_of(made: Any) -> set[str]:
    found: set[str] = set()
    kind = type(made)  # some use the same name for something else of their own
    for known in (kind.protocol, kind.secure_protocol):
        found |= {known} if isinstance(known, str) else set(known or ())
    return found


def send(made: Any, asset: Any, request: dict[str, Any]) -> dict[str, Any]:
    """What became of it: nothing but a problem, if there was one."""
    statuses: list[tuple[int, str]] = []
    watch_statuses(statuses)
    everybody = apprise.Apprise(asset=asset)
    everybody.add(made)
    title, body = quiet(request["title"]), quiet(request["body"])
    # said to be plain, so that each service escapes what it would take for its own markup
    plain = apprise.NotifyFormat.TEXT
    if everybody.notify(body, title=title, notify_type=request["type"], body_format=plain):
        return {"sent": True}
    status, wait = next((one for one in reversed(statuses) if one[0] >= 400), (0, ""))
    service = str(made.service_name)
    if not status:
        what = "did not take it" if statuses else "cannot be reached"
        return {"problem": f"{service} {what}."}
    passing = status >= 500 or status in (404, 408, 409, 425, 429)
    return {
        "problem": f"{service} did not take it (status {status}).",
        "answered": status,
        "permanent": not passing,
        "retry_after": wait,
    }


def quiet(said: str) -> str:
    """The same to the eye, but it calls nobody: titles come from strangers, and chat services ring
    everybody at `@everyone`."""
    return said.replace("@", f"@{UNSEEN}")


def watch_statuses(statuses: list[tuple[int, str]]) -> None:
    """Note the status of each answer: the library itself only says whether all went well."""
    session: Any = requests.Session
    real = session.send

    def send(self: Any, ready: Any, **how: Any) -> Any:
        answer = real(self, ready, **how)
        statuses.append((answer.status_code, answer.headers.get("Retry-After", "")))
        return answer

    session.send = send


def keep_outside(proxy: str) -> None:
    """Let this process connect to the open internet only, and to the proxy."""
    way = urlsplit(proxy)
    allowed = {ip for ip, _ in addresses.look_up(way.hostname or "", 80)} if proxy else set()
    sockets: Any = socket.socket
    real = sockets.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            ip = str(address[0])
            if not addresses.is_global(ip) and ip not in allowed:
                raise OSError("this address is not in the open internet")
        real(self, address)

    sockets.connect = connect


if __name__ == "__main__":
    child.serve(work)
