"""What passes through the fake internet: requests, answers, and faults that spoil answers."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

NGINX_403 = (
    "<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n"
    "<center><h1>403 Forbidden</h1></center>\r\n<hr><center>nginx</center>\r\n"
    "</body>\r\n</html>\r\n"
)


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request as it came in. Header names are lower case."""

    method: str
    scheme: str
    host: str
    target: str  # path with query
    headers: Mapping[str, str]
    body: bytes = b""

    @cached_property
    def path(self) -> str:
        return urlsplit(self.target).path

    @cached_property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    def arg(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return self.query.get(name, [default])[0]

    def json(self) -> Any:
        """The body as JSON; an empty object where there is none."""
        return json.loads(self.body) if self.body else {}

    def __str__(self) -> str:
        return f"{self.method} {self.scheme}://{self.host}{self.target}"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer. A `file` is sent from disk and honours Range."""

    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    file: Path | None = None


def json_of(data: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status=status, body=json.dumps(data).encode(), headers=headers or {})


def text_of(text: str, *, status: int = 200, kind: str = "text/html; charset=utf-8") -> Answer:
    return Answer(status=status, body=text.encode(), kind=kind)


def file_of(path: Path, kind: str) -> Answer:
    return Answer(file=path, kind=kind)


@dataclass(kw_only=True)
class Fault:
    """Spoils the answers to matching requests, `times` times (for ever when None).

    `answer` replaces the answer. `bytes_per_s` throttles the body, `delay` holds the answer back
    (seconds), `cut_after` closes the connection after that many bytes of the body.
    """

    host: str = "*"
    path: str = "*"
    when: Callable[[Request], bool] = lambda request: True
    times: int | None = None
    answer: Answer | None = None
    delay: float = 0.0
    bytes_per_s: int | None = None
    cut_after: int | None = None

    def fits(self, request: Request) -> bool:
        return (
            self.times != 0
            and fnmatch(request.host, self.host)
            and fnmatch(request.path, self.path)
            and self.when(request)
        )

    def use(self) -> None:
        if self.times is not None:
            self.times -= 1


def unauthorized() -> Answer:
    return json_of({"error": "Unauthorized"}, status=401)


def forbidden_html() -> Answer:
    return text_of(NGINX_403, status=403)


def too_many(retry_after: int | None = None) -> Answer:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return json_of({"error": "Too Many Requests"}, status=429, headers=headers)


def server_error(status: int = 500) -> Answer:
    return text_of("<h1>Server Error</h1>", status=status)


def invalid_json() -> Answer:
    return Answer(body=b'{"broken": [1, 2,')


def html_with_200() -> Answer:
    return text_of("<!doctype html><title>Please wait</title><p>Checking your browser.</p>")
