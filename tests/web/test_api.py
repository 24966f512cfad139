"""The API's description: OpenAPI 3.1 that says what the routes do, and its page."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest

import mvidarr
from mvidarr import app as _app  # noqa: F401 - registers every route
from mvidarr.web import api
from mvidarr.web.routing import ROUTES, Route
from tests.client import Client

JSON_ROUTES = [known for known in ROUTES if known.json]
TYPES = {"string", "integer", "number", "boolean", "array", "object", "null"}


@pytest.fixture
def document() -> dict[str, Any]:
    return api.document()


def everything(node: Any) -> Iterator[dict[str, Any]]:
    """Every object anywhere in the document."""
    if isinstance(node, dict):
        yield node
        for below in node.values():
            yield from everything(below)
    elif isinstance(node, list):
        for below in node:
            yield from everything(below)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_every_json_route_is_described_and_nothing_else(document: dict[str, Any]) -> None:
    described = {(method.upper(), path) for method, path, _ in operations(document)}
    known = {(one.method, re.sub(r":\w+\}", "}", one.path)) for one in JSON_ROUTES}

    assert described == known


def test_it_is_served_to_everybody_on_both_addresses(client: Client) -> None:
    for path in ("/api/openapi.json", "/api/v1/openapi.json"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        assert answer.json()["openapi"] == "3.1.0"
        assert answer.json()["info"]["version"] == mvidarr.__version__


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for node in everything(document):
        target: Any = document
        for part in node.get("$ref", "#").split("/")[1:]:
            target = target[part]
        assert target


def test_every_schema_is_one(document: dict[str, Any]) -> None:
    schemas = [node for node in everything(document["components"]["schemas"]) if "type" in node]

    assert schemas
    for schema in schemas:
        if isinstance(schema["type"], str):  # else a member that is called so
            assert schema["type"] in TYPES
        assert set(schema.get("required", [])) <= set(schema.get("properties", schema))


def test_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]

    assert len(set(names)) == len(names)
    for _, path, operation in operations(document):
        assert operation["summary"], path
        assert operation["responses"]["default"] == api.PROBLEM
        assert all(answer for answer in operation["responses"].values())


def test_parameters_of_a_path_are_declared(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        declared = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"]
        assert declared == re.findall(r"\{(\w+)\}", path), (method, path)
        assert all(
            one["required"] for one in operation.get("parameters", ()) if one["in"] == "path"
        )


def test_who_needs_a_key_is_said(document: dict[str, Any]) -> None:
    schemes = set(document["components"]["securitySchemes"])
    for known in JSON_ROUTES:
        path = re.sub(r":\w+\}", "}", known.path)
        operation = document["paths"][path][known.method.lower()]
        needed = {name for one in operation.get("security", ()) for name in one}
        assert needed == (schemes if known.role else set()), path
        assert str(known.role or "none") in operation["description"]


@pytest.mark.parametrize("known", JSON_ROUTES, ids=lambda one: f"{one.method} {one.path}")
def test_what_a_handler_reads_is_what_is_described(known: Route) -> None:
    read = re.findall(r"req\.input\((?:\w+\.)*(\w+)\)", inspect.getsource(known.handler))

    assert not read or (known.takes is not None and known.takes.__name__ in read)


def test_bodies_name_their_members_and_limits(document: dict[str, Any]) -> None:
    schema = document["components"]["schemas"]["NewDownload"]

    assert schema["required"] == ["video_id"]
    assert schema["properties"]["video_id"] == {"type": "integer"}
    assert {"type": "null"} in schema["properties"]["source_id"]["anyOf"]
    assert schema["additionalProperties"] is False
    body = document["paths"]["/downloads"]["post"]["requestBody"]["content"]["application/json"]
    assert body["schema"]["$ref"].endswith("/NewDownload")


def test_there_is_a_page_that_shows_it(client: Client) -> None:
    assert client.get("/api/docs").status_code == 303
    page = client.as_role("readonly").get("/api/docs")

    assert page.status_code == 200
    for known in JSON_ROUTES:
        assert f"/api/v1{known.path.replace(':int', '')}" in page.text, known.path
