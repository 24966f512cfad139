"""The API's description: OpenAPI 3.1 made from the routes and their input types, and its page."""

import dataclasses
import re
import types
import typing
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import mvidarr
from mvidarr.core.terms import Role
from mvidarr.web import bodies, forms
from mvidarr.web.routing import PUBLIC, ROUTES, Reply, Request, Route, route

PARAMETER = re.compile(r"\{(\w+)(?::(\w+))?\}")
PROBLEM = {"$ref": "#/components/responses/Problem"}
SCALARS: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
}


@route("GET", "/openapi.json", role=PUBLIC, title="This description", html=False)
def description(req: Request) -> Reply:
    return Reply(data=document)


@route("GET", "/api/docs", role=Role.READONLY, title="The API, readable", json=False)
def docs(req: Request) -> Reply:
    return Reply("api/index.html", {"groups": groups()})


def groups() -> list[tuple[str, list[Route]]]:
    """JSON routes by their first word."""
    found: dict[str, list[Route]] = {}
    for known in sorted(ROUTES, key=lambda one: (one.path, one.method)):
        if known.json:
            found.setdefault(known.path.split("/")[1].partition(".")[0], []).append(known)
    return sorted(found.items())


def document() -> dict[str, Any]:
    """The whole OpenAPI document."""
    paths: dict[str, dict[str, Any]] = {}
    for known in ROUTES:
        if known.json:
            path = PARAMETER.sub(r"{\1}", known.path)
            paths.setdefault(path, {})[known.method.lower()] = _operation(known)
    return {
        "openapi": "3.1.0",
        "info": {"title": "MVidarr", "version": mvidarr.__version__, "license": {"name": "MIT"}},
        "servers": [{"url": "/api/v1"}, {"url": "/api"}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
                "bearer": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "mvidarr_session"},
            },
            "schemas": {"Problem": _problem(), **_inputs()},
            "responses": {
                "Problem": {
                    "description": "What went wrong, as RFC 9457 says it.",
                    "content": {
                        "application/problem+json": {
                            "schema": {"$ref": "#/components/schemas/Problem"}
                        }
                    },
                }
            },
        },
    }


def _operation(known: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": known.name,
        "summary": known.title,
        "description": f"Role: {known.role or 'none'}.",
        "tags": [known.path.split("/")[1]],
        "responses": {str(known.status): {"description": "Done."}, "default": PROBLEM},
    }
    if known.role is not None:
        operation["security"] = [{"key": []}, {"bearer": []}, {"session": []}]
    parameters = [_path_parameter(*found) for found in PARAMETER.findall(known.path)]
    parameters += [_query_parameter(name, text) for name, text in known.query.items()]
    if parameters:
        operation["parameters"] = parameters
    if known.takes is not None:
        schema = {"$ref": f"#/components/schemas/{known.takes.__name__}"}
        kind = bodies.FILES if bodies.takes_files(known.takes) else bodies.JSON
        operation["requestBody"] = {"content": {kind: {"schema": schema}}}
    return operation


def _path_parameter(name: str, kind: str) -> dict[str, Any]:
    schema = SCALARS[int if kind == "int" else str]
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameter(name: str, text: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}


def _inputs() -> Mapping[str, Any]:
    taken = {known.takes for known in ROUTES if known.json and known.takes is not None}
    named = {model.__name__: model for model in sorted(taken, key=lambda model: model.__name__)}
    if len(named) < len(taken):
        raise RuntimeError("two input types have the same name")
    return {name: _schema_of(model) for name, model in named.items()}


def _schema_of(model: type[Any]) -> dict[str, Any]:
    found = forms.members(model)
    limits = {field.name: field.metadata.get("limit") for field in dataclasses.fields(model)}
    properties = {name: _schema(kind, limits[name]) for name, kind, _ in found}
    required = [name for name, _, needed in found if needed]
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": required} if required else schema


def _schema(kind: Any, limit: int | None) -> dict[str, Any]:
    origin = typing.get_origin(kind)
    if origin in {types.UnionType, typing.Union}:
        return {"anyOf": [_schema(arg, limit) for arg in typing.get_args(kind)]}
    if origin in {list, tuple}:
        return {"type": "array", "items": _schema(typing.get_args(kind)[0], limit)}
    if kind is types.NoneType:
        return {"type": "null"}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return {"type": "string", "enum": [member.value for member in kind]}
    if kind is bodies.Upload:
        return {"type": "string", "format": "binary"}
    if kind is str:
        return {"type": "string", "maxLength": limit or forms.NAME}
    return SCALARS.get(kind, {"type": "object"} if kind is dict or origin is dict else {})


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    field = {"type": "object", "properties": {"field": text, "message": text}}
    return {
        "type": "object",
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "request_id": text,
            "errors": {"type": "array", "items": field},
            "retry_after": {"type": "number"},
        },
        "required": ["type", "title", "status", "detail"],
    }
