"""What the fake catalogues share: they live on one host, and can be made to fail."""

import difflib
import hashlib
import re
from dataclasses import replace
from typing import Any

from tests.fakes import answers
from tests.fakes.answers import Answer, Fault, Request
from tests.fakes.internet import FakeInternet


class FakeCatalogue:
    """One host of the fake internet. Subclasses set `host` and `root` and write `answer`."""

    host: str
    root: str
    has_etags = False  # whether answers carry one, and who names it is told that nothing changed

    def __init__(self, internet: FakeInternet) -> None:
        self.internet = internet
        internet.add(self.host, self._tagged)

    @property
    def base_url(self) -> str:
        """The address for clients without a proxy."""
        return self.internet.base_url(self.host) + self.root

    @property
    def unknown(self) -> list[str]:
        """Requests that nobody could answer: `fake_internet` fails the test for them."""
        return self.internet.unknown

    @property
    def asked(self) -> list[str]:
        """Paths that were asked for, with their queries, in order."""
        return [r.target.removeprefix(self.root) for r in self.internet.asked(self.host)]

    def answer(self, request: Request) -> Answer | None:
        raise LookupError(f"nobody answers {request}")

    def _tagged(self, request: Request) -> Answer | None:
        answer = self.answer(request)
        if answer is None or answer.status != 200 or not self.has_etags:
            return answer
        etag = f'W/"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
        if request.headers.get("if-none-match") == etag:
            return Answer(status=304, headers={"ETag": etag})
        return replace(answer, headers={**answer.headers, "ETag": etag})

    def fails(
        self,
        answer: Answer | int = 500,
        *,
        path: str = "*",
        times: int | None = None,
        **spoiled: Any,
    ) -> None:
        """Answer so instead, or spoil the answers (delay, cut_after, bytes_per_s)."""
        if isinstance(answer, int):
            answer = answers.json_of({"error": "It failed."}, status=answer)
        self.internet.fault(
            Fault(
                host=self.host,
                path=f"{self.root}{path}" if path != "*" else "*",
                times=times,
                answer=None if spoiled else answer,
                **spoiled,
            )
        )


def likeness(name: str, other: str) -> float:
    """0 to 1: how much two names look alike."""
    return difflib.SequenceMatcher(None, plain(name), plain(other)).ratio()


def plain(name: str) -> str:
    return re.sub(r"\W+", " ", name).strip().casefold()
