"""Asking Last.fm, and what its errors mean: they are told in the body, whatever the status."""

import re
from dataclasses import dataclass, replace
from typing import Any

from mvidarr.core import clock, errors, failures, http
from mvidarr.core.http import Answer, Ask, Client, Conf, NotThere, Params
from mvidarr.integrations import shapes

NAME, TITLE = "lastfm", "Last.fm"
BASE_URL = "https://ws.audioscrobbler.com/2.0"

KEEP = 7 * clock.DAY
WAIT = 300.0  # seconds: its limit is counted over five minutes, and it never says how long

REFUSED = (4, 9, 10, 13, 14, 15)
NOT_FOUND = (6, 7)
AWAY = (8, 11, 16)
PRIVATE, SUSPENDED, TOO_OFTEN = 17, 26, 29

# an error's form when something between us drops format=json
_XML = re.compile(rb'<lfm\b[^>]*\bstatus="failed"[^>]*>\s*<error\s+code="(\d{1,4})"')


@dataclass(frozen=True, kw_only=True)
class Service:
    """Last.fm, as long as one list or one artist is read."""

    conf: Conf
    client: Client

    def ask(self, params: Params) -> dict[str, Any]:
        """What a method answers. Raises NotThere for whom and what it does not know or show."""
        return self._read(self.client.ask(self._request(params)), params)

    def ask_once(self, params: Params) -> dict[str, Any]:
        """The same from what was kept of it, also that it knows nothing; not for private lists."""
        answers, request = self.conf.answers, self._request(params)
        if answers is None:
            return self.ask(params)
        name = f"{self.conf.base_url} {request.name}"
        known = answers.find(name)
        if known is not None and known.is_fresh:
            kept = Answer(status=200, headers={}, body=known.body, location="")
            return self._read(kept, params)
        answer = self.client.ask(request)
        if code_of(answer) in NOT_FOUND:
            answers.keep(name, answer.body, None, KEEP)
        data = self._read(answer, params)
        answers.keep(name, answer.body, None, KEEP)
        return data

    def _request(self, params: Params) -> Ask:
        asked = {**params, "format": "json"}
        return Ask(path="/", params=asked, secret={"api_key": self.conf.key})

    def _read(self, answer: Answer, params: Params) -> dict[str, Any]:
        code = code_of(answer)
        if code is not None:
            raise error_of(code, answer, str(params.get("user", "")))
        return shapes.table(self.client.data(answer))


def open_client(conf: Conf) -> Client:
    """A client that has to be closed. Raises NotConfigured without a key."""
    if not conf.key:
        raise errors.NotConfigured("Last.fm needs a key. Enter one in the settings.")
    return http.operator(replace(conf, title=TITLE))


def check(conf: Conf, /) -> str:
    """A sentence when it answers and accepts the key; raises ServiceError when not."""
    with open_client(conf) as client:
        service = Service(conf=conf, client=client)
        service.ask({"method": "chart.gettopartists", "limit": 1})
    return "Last.fm answers and accepts the key."


def code_of(answer: Answer) -> int | None:
    """The number of the error that an answer tells of."""
    if found := _XML.search(answer.body[:2000]):
        return int(found[1])
    return shapes.whole(shapes.table(answer.json()).get("error"))


def error_of(code: int, answer: Answer, user: str) -> errors.ServiceError:
    """The error of a number; https://www.last.fm/api/errorcodes."""
    if code in NOT_FOUND:
        nobody = f"Last.fm knows nobody called {user}. Check the spelling."
        return NotThere(NAME, nobody if user else "Last.fm does not have that.", permanent=True)
    if code == PRIVATE:
        return NotThere(
            NAME,
            f"{user or 'This user'} keeps that private. It can be shown in the privacy settings "
            "at Last.fm.",
            permanent=True,
        )
    if code in REFUSED:
        return _permanent("Last.fm refused the key. Check it in the settings.")
    if code == SUSPENDED:
        return _permanent("Last.fm has suspended the key. Ask for another one at last.fm/api.")
    if code == TOO_OFTEN:
        wait = failures.retry_after(answer.headers.get("Retry-After", "")) or WAIT
        return errors.ServiceError(NAME, "Last.fm asks for a pause.", retry_after=wait)
    if code in AWAY:
        return errors.ServiceError(NAME, "Last.fm is not available right now.")
    return _permanent(f"Last.fm did not accept the request (error {code}).")


def _permanent(sentence: str) -> errors.ServiceError:
    return errors.ServiceError(NAME, sentence, permanent=True)
