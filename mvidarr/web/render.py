"""Rendering: pages, fragments of pages, and lists of regions that changed.

A page gives its block named like the region that htmx asks for, so that page and fragment are
made by the same lines. Everything is autoescaped; templates do no queries.
"""

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jinja2
import jinja2.nodes
from starlette.responses import RedirectResponse, Response

import mvidarr
from mvidarr.accounts import preferences
from mvidarr.core import config
from mvidarr.web import assets, file_words, formats
from mvidarr.web.routing import Reply, Request

Partial = tuple[str, str, Mapping[str, Any]]
_context_makers: list[Callable[[Request], Mapping[str, Any]]] = []


def page_context(
    maker: Callable[[Request], Mapping[str, Any]],
) -> Callable[[Request], Mapping[str, Any]]:
    """Give every page of a signed-in person what the decorated function answers."""
    _context_makers.append(maker)
    return maker


@functools.cache
def environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(config.resource_dir("templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(formats.FILTERS | file_words.FILTERS)
    made.globals.update(formats.GLOBALS)
    made.globals.update(static=assets.static_url, version=mvidarr.__version__)
    return made


def reply(req: Request, answer: Reply) -> Response:
    """The representation that this request asked for."""
    headers = dict(answer.headers)
    if req.is_json:
        response = _json(answer, headers)
    elif req.is_partial:
        response = _fragment(req, answer, headers)
    elif answer.go is not None and req.method != "GET" and answer.status < 400:
        response = RedirectResponse(answer.go, 303, headers)
        if answer.toast:
            response.set_cookie(
                "toast", _ascii(answer.toast), max_age=20, httponly=False, samesite="lax"
            )
    else:
        headers |= {"Cache-Control": "private, no-cache", "Vary": "HX-Request, HX-Request-Type"}
        html = page(req, answer.template, answer.context)
        status = 200 if answer.status < 400 else answer.status
        response = Response(html, status, headers, media_type="text/html")
    for cookie in answer.cookies:
        response.set_cookie(**cookie)
    return response


def page(req: Request, template: str, context: Mapping[str, Any]) -> str:
    return environment().get_template(template).render(_base(req, context))


def partial(req: Request, template: str, context: Mapping[str, Any]) -> str:
    return environment().get_template(template).render(_base(req, context))


def regions(partials: Sequence[Partial], context: Mapping[str, Any]) -> str:
    """Each partial wrapped for the region that it replaces."""
    parts = []
    for target, template, own in partials:
        html = environment().get_template(template).render({**context, **own})
        parts.append(f'<hx-partial hx-target="#{target}" hx-swap="outerMorph">{html}</hx-partial>')
    return "".join(parts)


def has_block(req: Request, answer: Reply) -> bool:
    return _block_name(req, answer) in environment().get_template(answer.template).blocks


def base_context(user: Any, path: str = "/") -> dict[str, Any]:
    """What partials outside a request (the event stream) may use."""
    return {"me": user, "path": path, "errors": {}, "typed": {}}


def _base(req: Request, context: Mapping[str, Any]) -> dict[str, Any]:
    prefs = req.user.prefs if req.user else {}
    base: dict[str, Any] = {
        **base_context(req.user, req.path),
        "query": req.query,
        "errors": req.errors,
        "typed": req.typed,
        "request_id": req.request_id,
        "theme": prefs.get("theme") or _known(req.cookies.get("theme"), preferences.THEMES),
        "accent": prefs.get("accent") or _known(req.cookies.get("accent"), preferences.ACCENTS),
        "live_topics": ["nav"],
    }
    if req.user is not None:
        base["rev"] = req.rev
        for maker in _context_makers:
            base |= maker(req)
    base |= context
    return base


def _known(value: str | None, offered: tuple[str, ...]) -> str:
    return value if value in offered else offered[0]


def _json(answer: Reply, headers: dict[str, str]) -> Response:
    headers["Cache-Control"] = "no-store"
    if answer.data is None:
        return Response(status_code=204, headers=headers)
    body = json.dumps(answer.data(), ensure_ascii=False, separators=(",", ":"))
    return Response(body, answer.status, headers, media_type="application/json")


def _fragment(req: Request, answer: Reply, headers: dict[str, str]) -> Response:
    headers |= {"Cache-Control": "no-store", "Vary": "HX-Request, HX-Request-Type"}
    if answer.toast:
        headers["HX-Trigger"] = json.dumps({"toast": {"text": answer.toast}})
    status = answer.status if answer.status >= 400 else 200
    if answer.partials:
        html = regions(answer.partials, _base(req, {}))
    elif answer.template and has_block(req, answer):
        html = block(req, answer)
    elif answer.go is not None:
        return Response(status_code=200, headers={**headers, "HX-Location": answer.go})
    elif answer.template:
        html = page(req, answer.template, answer.context)
    else:
        return Response(status_code=204, headers=headers)
    return Response(html, status, headers, media_type="text/html")


def block(req: Request, answer: Reply) -> str:
    template = environment().get_template(answer.template)
    context = template.new_context({**_base(req, answer.context), **_imports(answer.template)})
    return "".join(template.blocks[_block_name(req, answer)](context))


@functools.cache
def _imports(template: str) -> Mapping[str, Any]:
    """What a template imports at its top: a block that is rendered alone would lack it."""
    made = environment()
    source, _, _ = made.loader.get_source(made, template)  # type: ignore[union-attr]
    found: dict[str, Any] = {}
    for node in made.parse(source).body:
        if isinstance(node, jinja2.nodes.Import):
            found[node.target] = made.get_template(node.template.as_const()).module
        elif isinstance(node, jinja2.nodes.FromImport):
            module = made.get_template(node.template.as_const()).module
            pairs = [name if isinstance(name, tuple) else (name, name) for name in node.names]
            found |= {alias: getattr(module, name) for name, alias in pairs}
    return found


def _block_name(req: Request, answer: Reply) -> str:
    return answer.block or (req.target or "").replace("-", "_")


def _ascii(text: str) -> str:
    return json.dumps(text)[1:-1].replace(";", ",").replace('\\"', "'")
