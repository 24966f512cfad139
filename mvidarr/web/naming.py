"""How files are called: presets, and what a template that is typed would do to the library."""

from typing import Any

from mvidarr import settings
from mvidarr.core.terms import Role
from mvidarr.library import paths, preview
from mvidarr.library.preview import Preview
from mvidarr.media import naming
from mvidarr.media.naming import Preset
from mvidarr.settings import file_options
from mvidarr.web.routing import Reply, Request, route

QUERY = {
    "naming_template": "A template; if there is none, the one that is saved.",
    "naming_characters": "plain or lookalike; what is saved if not given.",
    "naming_bytes": "The longest name in bytes; what is saved if not given.",
}


@route(
    "GET",
    "/settings/naming/preview",
    role=Role.MANAGER,
    title="Preview file names",
    query=QUERY,
)
def show(req: Request) -> Reply:
    shown = _typed(req)
    return Reply(
        "settings/preview.html",
        {"preview": shown},
        block="naming_preview",
        data=lambda: shape(shown),
    )


def region(req: Request) -> dict[str, Any]:
    """What the settings page shows about names; `preset`: one that was chosen to fill the field."""
    preset = _preset(req)
    text = preset.template if preset else str(req.typed.get("naming_template", ""))
    return {
        "tokens": naming.TOKENS,
        "presets": naming.PRESETS,
        "preset": preset,
        "in_use": [one.key for one in naming.PRESETS if _is_in_use(one)],
        "preview": preview.show(text) if text else preview.of(paths.layout()),
        "typed": _filled(preset) if preset else req.typed,
    }


def shape(shown: Preview) -> dict[str, Any]:
    return {
        "names": [
            {"why": one.why or None, "former": one.former or None, "name": one.name}
            for one in shown.samples
        ],
        "warnings": [
            {"key": one.key, "text": one.text, "example": one.example, "is_real": one.is_real}
            for one in shown.traps
        ],
        "error": shown.error or None,
    }


def _typed(req: Request) -> Preview:
    return preview.show(
        req.query.get("naming_template", settings.get(file_options.naming_template)),
        req.query.get("naming_characters", ""),
        req.query.get("naming_bytes", ""),
    )


def _preset(req: Request) -> Preset | None:
    asked = req.query.get("preset")
    return next((one for one in naming.PRESETS if one.key == asked), None)


def _is_in_use(preset: Preset) -> bool:
    has_files = settings.get(file_options.artist_files) or not preset.needs_artist_files
    return preset.template == settings.get(file_options.naming_template) and has_files


def _filled(preset: Preset) -> dict[str, Any]:
    needed = {"artist_files": "true"} if preset.needs_artist_files else {}
    return {"naming_template": preset.template, **needed}
