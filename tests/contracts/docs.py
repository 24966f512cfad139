"""Write the generated pages of docs/: settings, API and roles, each from its one declaration.

`python -m tests.contracts.docs` writes them; `test_docs.py` compares them.
"""

from pathlib import Path
from typing import Any

from mvidarr import app
from mvidarr.core.terms import Role
from mvidarr.settings import Group, Kind, Option, options
from mvidarr.web.routing import ROUTES

FOLDER = Path(__file__).parents[2] / "docs"
BOOT = (
    (
        "MVIDARR_DATA",
        "beside the clone for `./run`, else `$XDG_DATA_HOME/mvidarr`",
        "Folder of database, secret, thumbnails and logs",
    ),
    ("MVIDARR_HOST", "127.0.0.1", "Address to listen on; 0.0.0.0 for the whole network"),
    ("MVIDARR_PORT", "8642", "Port to listen on"),
    (
        "MVIDARR_DATABASE_URL",
        "`sqlite:///<data>/mvidarr.db`",
        "Or `mysql://user:password@host/name` for MariaDB and MySQL",
    ),
    (
        "MVIDARR_SECRET",
        "made at the first start in `<data>/secret`",
        "Key of everything encrypted and signed; the same for several instances",
    ),
    (
        "MVIDARR_CA",
        "none",
        "Certificates (PEM) of further authorities to trust, for every outgoing connection",
    ),
)


def settings() -> str:
    lines = [
        "# Configuration",
        "",
        "Made from the program; `./run docs` writes it again.",
        "",
        "## Boot facts",
        "",
        "From the environment only. Each can be given as `…_FILE`, naming a file that holds it.",
        "",
        "| variable | default | meaning |",
        "|---|---|---|",
        *(f"| `{name}` | {default} | {meaning} |" for name, default, meaning in BOOT),
        "",
        "## Settings",
        "",
        "Changed on the settings page or by `PUT /api/settings/{key}`, at run time, in every",
        "process. A variable `MVIDARR_<KEY>` (or `…_FILE`) fixes a value; the page then shows it",
        "read-only.",
    ]
    for group in Group:
        lines += ["", f"### {group.label}", "", "| key | default | meaning |", "|---|---|---|"]
        lines += [_setting(option) for option in options.ALL if option.group is group]
    return "\n".join(lines) + "\n"


def _setting(option: Option[Any]) -> str:
    default = option.default
    if option.kind is Kind.SWITCH:
        default = "on" if default else "off"
    elif isinstance(default, list):
        default = ", ".join(default)
    shown = f"`{default}`" if default not in ("", None) else "none"
    unit = f" {option.unit}" if option.unit else ""
    bounds = f" ({option.minimum} to {option.maximum})" if option.minimum is not None else ""
    words = ". ".join(filter(None, [option.label, option.help.rstrip(".")]))
    secret = " Write-only." if option.is_secret else ""
    return f"| `{option.key}` | {shown}{unit} | {words}.{bounds}{secret} |"


def api() -> str:
    lines = [
        "# API",
        "",
        "Made from the routes; `./run docs` writes it again. Everything under `/api/v1`, and under",
        "`/api` as the current version. `/api/openapi.json` describes it to machines.",
        "",
        "Send a key of your account as `X-Api-Key` or `Authorization: Bearer`. Lists are",
        '`{"items", "next"}`; errors are RFC 9457 problem details; what runs in the background',
        "answers 202 with its job.",
        "",
        "| method | path | what it does | role |",
        "|---|---|---|---|",
    ]
    for one in _sorted(json=True):
        path = one.path.replace(":int", "")
        role = one.role or "anybody"
        lines.append(f"| {one.method} | `/api/v1{path}` | {one.title} | {role} |")
    return "\n".join(lines) + "\n"


def roles() -> str:
    lines = [
        "# Roles",
        "",
        "Made from the routes; `./run docs` writes it again. Each role includes those before it:",
        f"{' < '.join(Role)}. Every route names one; where anybody may ask, it says so.",
    ]
    for role in (None, *Role):
        lines += ["", f"## {(role or 'anybody').capitalize()}", ""]
        lines += [
            f"- `{one.method} {one.path.replace(':int', '')}` {one.title}"
            for one in _sorted()
            if one.role == role
        ]
    return "\n".join(lines) + "\n"


def _sorted(*, json: bool = False) -> list:  # type: ignore[type-arg]
    found = [one for one in ROUTES if one.json or not json]
    return sorted(found, key=lambda one: (one.path, one.method))


PAGES = {"settings.md": settings, "api.md": api, "roles.md": roles}

if __name__ == "__main__":
    if not app.ROUTES_FROM:
        raise SystemExit("no routes")
    FOLDER.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), "utf-8")
