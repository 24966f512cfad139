"""The application in this process, asked by somebody with a role."""

import contextlib
from collections.abc import Mapping
from typing import Any

from starlette.testclient import TestClient

from mvidarr.accounts import sessions
from mvidarr.accounts.identify import COOKIE
from mvidarr.core.terms import Role
from tests import factories

ORIGIN = "http://testserver"


class Client:
    """`as_role` answers a client that is signed in; `send` speaks HTML forms or JSON."""

    def __init__(self, http: TestClient, role: Role | None = None) -> None:
        self.http = http
        self.role = role
        self.token: str | None = None
        self.user_id: int | None = None

    def as_role(self, role: Role | str) -> "Client":
        made = Client(self.http, Role(role))
        user = factories.make_user(role=Role(role))
        made.user_id = user.id
        made.token = sessions.start(user, ip="testclient", agent="tests")
        return made

    def send(
        self,
        method: str,
        path: str,
        *,
        is_json: bool = False,
        data: Mapping[str, Any] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """One request. An HTML form can only post, so its real method goes into `_method`."""
        sent = {"Origin": ORIGIN, **(headers or {})}
        if self.token:
            sent["Cookie"] = f"{COOKIE}={self.token}"
        options: dict[str, Any] = {"headers": sent, "follow_redirects": False}
        if is_json or json is not None:
            if method != "GET":
                options["json"] = json if json is not None else {}
            return self.http.request(method, path, **options)
        form = dict(data or {})
        if method not in {"GET", "POST"}:
            form["_method"], method = method, "POST"
        if method == "POST":
            options["data"] = form
        return self.http.request(method, path, **options)

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, headers=headers)

    def post(self, path: str, data: Mapping[str, Any] | None = None, **headers: str) -> Any:
        return self.send("POST", path, data=data, headers=headers)

    def fragment(self, path: str, target: str, method: str = "GET", **data: Any) -> Any:
        """As htmx asks for the region with this id."""
        headers = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": f"div#{target}"}
        return self.send(method, path, data=data, headers=headers)


@contextlib.contextmanager
def running(app: Any) -> Any:
    with TestClient(app, base_url=ORIGIN, raise_server_exceptions=True) as http:
        yield Client(http)
