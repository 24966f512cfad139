"""The guards, around an application that says what it was asked."""

import json
from typing import Any

import anyio
import pytest

from mvidarr.accounts.identify import COOKIE, SECURE_COOKIE
from mvidarr.core.errors import TooLarge
from mvidarr.web import origins, security
from mvidarr.web.origins import Access

HOST = (b"host", b"nas.test:8642")
ORIGIN = (b"origin", b"http://nas.test:8642")
SESSION = (b"cookie", f"theme=dark; {COOKIE}=x".encode())
PARTIAL = (b"hx-request-type", b"partial")
LIMIT = 100


class Answer:
    def __init__(self, messages: list[Any]) -> None:
        start = messages[0]
        self.status: int = start["status"]
        self.pairs = [(name.decode(), value.decode()) for name, value in start["headers"]]
        self.headers = dict(self.pairs)
        self.body = b"".join(message.get("body", b"") for message in messages[1:])


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Reads the whole body, then says how long it was."""
    length, more = 0, True
    while more:
        message = await receive()
        length += len(message.get("body", b""))
        more = message.get("more_body", False)
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": str(length).encode()})


def ask(
    *headers: tuple[bytes, bytes],
    method: str = "GET",
    path: str = "/videos",
    scheme: str = "http",
    chunks: tuple[bytes, ...] = (b"",),
    access: Access | None = None,
    app: Any = echo,
) -> Answer:
    """One request through all guards, as the application has them."""
    known = access or Access()
    guarded = security.RequestId(
        security.SecurityHeaders(
            security.HostCheck(
                security.CrossOriginGuard(security.BodyLimit(app, LIMIT), lambda: known),
                lambda: known,
            )
        )
    )
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "scheme": scheme,
        "headers": list(headers),
        "query_string": b"",
        "state": {},
    }
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": number < len(chunks)}
        for number, chunk in enumerate(chunks, start=1)
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    anyio.run(guarded, scope, receive, send)
    return Answer(sent)


def test_every_answer_has_the_headers() -> None:
    answer = ask(HOST)

    assert answer.status == 200
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " font-src 'self'; media-src 'self'; connect-src 'self'; manifest-src 'self';"
        " worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in answer.headers["permissions-policy"]
    assert "x-xss-protection" not in answer.headers
    assert len(answer.pairs) == len(answer.headers)


@pytest.mark.parametrize(
    ("scheme", "headers", "is_there"),
    [
        ("https", (), True),
        ("http", ((b"sec-fetch-site", b"none"),), True),
        ("http", (), False),
    ],
)
def test_the_opener_policy_is_sent_where_browsers_heed_it(
    scheme: str, headers: tuple[tuple[bytes, bytes], ...], is_there: bool
) -> None:
    answer = ask(HOST, *headers, scheme=scheme)

    assert ("cross-origin-opener-policy" in answer.headers) is is_there


def test_an_answer_may_bring_its_own_policy() -> None:
    async def own(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-security-policy", b"sandbox")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body"})

    policies = [
        value for name, value in ask(HOST, app=own).pairs if name == "content-security-policy"
    ]

    assert policies == ["sandbox"]


def test_every_request_has_an_id_of_its_own() -> None:
    given = (b"x-request-id", b"chosen-by-somebody-else")
    ids = {ask(HOST, given).headers["x-request-id"] for _ in range(3)}

    assert len(ids) == 3
    assert "chosen-by-somebody-else" not in ids


@pytest.mark.parametrize(
    "headers", [(), (HOST, HOST), ((b"host", b""),), ((b"host", b"h/?"),), ((b"host", b"a b"),)]
)
def test_malformed_hosts_are_refused(headers: tuple[tuple[bytes, bytes], ...]) -> None:
    answer = ask(*headers)

    assert answer.status == 400
    assert b"Host header" in answer.body


def test_health_answers_to_every_name() -> None:
    assert ask(path="/health").status == 200
    assert ask((b"host", b"10.1.2.3.pod:80"), path="/health", access=named()).status == 200


def test_names_that_are_not_ours_are_refused_when_names_are_set() -> None:
    assert ask(HOST, access=named()).status == 200
    assert ask((b"host", b"evil.test"), access=named()).status == 400
    assert ask((b"host", b"evil.test")).status == 200
    assert ask((b"host", b"192.168.1.1"), access=named()).status == 200


def named() -> Access:
    return Access(names=frozenset({"nas.test"}))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"])
@pytest.mark.parametrize("path", ["/artists", "/api/v1/artists", "/login", "/setup"])
def test_what_another_site_asks_to_change_is_refused(method: str, path: str) -> None:
    elsewhere = (b"sec-fetch-site", b"cross-site")

    assert ask(HOST, elsewhere, method=method, path=path).status == 403
    assert ask(HOST, (b"origin", b"http://evil.test"), method=method, path=path).status == 403
    assert ask(HOST, ORIGIN, SESSION, method=method, path=path).status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_is_allowed_from_everywhere(method: str) -> None:
    assert ask(HOST, (b"sec-fetch-site", b"cross-site"), method=method).status == 200


@pytest.mark.parametrize("cookie", [COOKIE, SECURE_COOKIE])
def test_a_session_without_a_word_about_the_site_is_refused(cookie: str) -> None:
    value = (b"cookie", f"a=b;{cookie}=x".encode())

    assert ask(HOST, value, method="POST").status == 403
    assert ask(HOST, (b"cookie", b"theme=dark"), method="POST").status == 200
    assert ask(HOST, (b"x-api-key", b"mvd_x_y"), method="POST").status == 200


def test_the_public_address_is_ours_behind_a_proxy() -> None:
    access = Access(public=origins.parse_origin("https://videos.example.org"))
    origin = (b"origin", b"https://videos.example.org")

    assert ask(HOST, origin, SESSION, method="POST", access=access).status == 200
    assert ask(HOST, origin, SESSION, method="POST").status == 403


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"http://[", b"http://\xc3\xa4:1", b"http://a:b:c"])
def test_malformed_origins_are_refused_not_failures(raw: bytes) -> None:
    assert ask(HOST, (b"origin", raw), method="POST").status == 403
    assert ask((b"host", raw), (b"origin", raw), method="POST").status == 400


def test_a_declared_body_that_is_too_large_is_refused_unread() -> None:
    length = (b"content-length", str(LIMIT + 1).encode())

    answer = ask(HOST, ORIGIN, length, method="POST", chunks=())

    assert answer.status == 413


def test_a_body_that_grows_too_large_is_refused_on_the_way() -> None:
    endless = tuple(b"x" * 40 for _ in range(50))

    answer = ask(HOST, ORIGIN, method="POST", chunks=endless)

    assert answer.status == 413
    assert answer.headers["content-security-policy"]


def test_a_declaration_that_lies_does_not_help() -> None:
    length = (b"content-length", b"10")

    assert ask(HOST, ORIGIN, length, method="POST", chunks=(b"x" * 101,)).status == 413


def test_a_body_up_to_the_limit_is_taken() -> None:
    length = (b"content-length", str(LIMIT).encode())

    answer = ask(HOST, ORIGIN, length, method="POST", chunks=(b"x" * 60, b"x" * 40))

    assert (answer.status, answer.body) == (200, b"100")


@pytest.mark.parametrize("value", [b"-1", b"abc", b"1_000", b"+5", b"", b"5, 5"])
def test_a_malformed_length_is_refused(value: bytes) -> None:
    assert ask(HOST, ORIGIN, (b"content-length", value), method="POST").status == 400


def test_a_length_beyond_all_numbers_is_too_large() -> None:
    assert ask(HOST, ORIGIN, (b"content-length", b"9" * 5000), method="POST").status == 413


def test_scripts_get_problem_details() -> None:
    answer = ask(HOST, (b"origin", b"null"), method="POST", path="/api/v1/artists")
    problem = json.loads(answer.body)

    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"] == "tag:mvidarr,2026:cross_origin"
    assert (problem["status"], problem["title"]) == (403, "Refused: another site asks")
    assert problem["request_id"] == answer.headers["x-request-id"]


def test_people_get_a_small_page() -> None:
    answer = ask((b"host", b"<script>"), path="/videos")

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert b"<h1>" in answer.body
    assert answer.headers["x-request-id"].encode() in answer.body
    assert b"<script" not in answer.body


def test_a_fragment_is_not_put_where_the_region_was() -> None:
    answer = ask(HOST, (b"origin", b"null"), PARTIAL, method="POST")

    assert answer.headers["hx-retarget"] == "#problem"
    assert b"<html" not in answer.body


def test_a_refusal_of_head_has_no_body() -> None:
    assert ask(method="HEAD").body == b""


def test_other_kinds_of_scope_pass_through() -> None:
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    guards: tuple[Any, ...] = (
        security.RequestId(app),
        security.SecurityHeaders(app),
        security.HostCheck(app, Access),
        security.CrossOriginGuard(app, Access),
        security.BodyLimit(app, LIMIT),
    )
    for guard in guards:
        anyio.run(guard, {"type": "lifespan"}, None, None)

    assert seen == ["lifespan"] * 5


def test_an_answer_that_has_begun_is_not_answered_again() -> None:
    async def hasty(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await receive()

    with pytest.raises(TooLarge):
        ask(HOST, ORIGIN, method="POST", chunks=(b"x" * 101,), app=hasty)
