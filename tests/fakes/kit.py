"""Routes of a test's own, beside the real ones, with templates of their own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jinja2
import pytest
from starlette.testclient import TestClient

from mvidarr.app import create_app
from mvidarr.core.config import Config
from mvidarr.core.terms import Role
from mvidarr.web import render, routing
from mvidarr.web.routing import Handler, Reply, Request, Route
from tests.client import Client
from tests.fakes.jar import keep_no_cookies

TEMPLATES = {
    "kit/index.html": (
        '{% extends "layout/base.html" %}{% block title %}Kit{% endblock %}{% block main %}'
        "<h1>Kit</h1>{% block thing_list %}<ul id='thing-list'><li>{{ name }}</li>"
        "<li class='typed'>{{ typed.get('name') }}</li>"
        "<li class='error'>{{ errors.get('name') }}</li></ul>"
        "{% endblock %}{% endblock %}"
    ),
    "kit/_row.html": "<li id='row-{{ number }}'>{{ name }}</li>",
}


def failing(error: Callable[[], BaseException]) -> Handler:
    def handler(req: Request) -> Reply:
        raise error()

    return handler


@dataclass(frozen=True)
class Kit:
    """An application with routes of the test's own beside the real ones."""

    config: Config
    patch: pytest.MonkeyPatch

    def client(self, *routes: Route, role: Role | str = Role.ADMIN) -> Client:
        self.patch.setattr(routing, "ROUTES", [*routing.ROUTES, *routes])
        http = TestClient(create_app(self.config), base_url="http://testserver")
        keep_no_cookies(http)
        return Client(http).as_role(role)


def route(handler: Handler, method: str = "GET", path: str = "/things", **more: Any) -> Route:
    known = {"role": Role.READONLY, "title": "Things"}
    return Route(method=method, path=path, handler=handler, **{**known, **more})


def install(config: Config, monkeypatch: pytest.MonkeyPatch) -> Kit:
    real = render.environment()
    both = jinja2.ChoiceLoader([jinja2.DictLoader(TEMPLATES), real.loader])  # type: ignore[list-item]
    overlaid = real.overlay(loader=both)
    monkeypatch.setattr(render, "environment", lambda: overlaid)
    return Kit(config, monkeypatch)
