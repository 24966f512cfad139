"""Asking a service that only exists in tests through the operator client."""

from dataclasses import replace
from typing import Any

import pytest

from mvidarr.core import errors, http
from mvidarr.core.http import Conf
from tests.fakes import answers
from tests.fakes.answers import Answer
from tests.fakes.internet import FakeInternet

HOST = "catalogue.example.org"
KEY = "s3cret-key-of-the-owner"


def conf(base_url: str, **changes: Any) -> Conf:
    known = Conf(
        service="catalogue",
        title="Catalogue",
        base_url=base_url,
        key=KEY,
        backoff=0.001,
        deadline=20.0,
    )
    return replace(known, **changes)


def ask(conf: Conf, path: str = "things/1") -> Any:
    with http.operator(conf) as client:
        return client.get_json(path, {"key": conf.key}, {"X-Key": conf.key})


def failure(conf: Conf, path: str = "things/1") -> errors.ServiceError:
    with pytest.raises(errors.ServiceError) as caught:
        ask(conf, path)
    assert caught.value.service == "catalogue"
    assert str(caught.value).endswith(".")
    return caught.value


def plain(internet: FakeInternet, answer: Answer | None = None) -> Conf:
    internet.add(HOST, lambda request: answer or answers.json_of({"path": request.path}))
    return conf(internet.base_url(HOST) + "/api")


def redirect(location: str, status: int = 302) -> Answer:
    return answers.json_of({}, status=status, headers={"Location": location})
