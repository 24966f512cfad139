"""A provider of PO tokens, as an operator runs one in the own network: plain HTTP on loopback."""

import base64
from typing import ClassVar

from tests.fakes import answers
from tests.fakes.answers import Answer, Request
from tests.fakes.internet import FakeInternet


class FakeTokens:
    HOST: ClassVar = "tokens.test"

    def __init__(self, internet: FakeInternet) -> None:
        self.bound_to: list[str] = []
        internet.add(self.HOST, self._answer)
        self.url = internet.base_url(self.HOST)

    def _answer(self, request: Request) -> Answer | None:
        if (request.method, request.path) != ("POST", "/get_pot"):
            return None
        self.bound_to.append(request.json()["content_binding"])
        token = base64.urlsafe_b64encode(f"for {self.bound_to[-1]}".encode()).decode()
        return answers.json_of({"poToken": token})
