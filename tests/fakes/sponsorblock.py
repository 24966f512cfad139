"""SponsorBlock on the fake internet: which seconds of an upload are not part of the song.

sponsorblock = FakeSponsorBlock(fake_internet)
sponsorblock.mark("Joga0000001", [(0, 12.5)], duration=185)
"""

import hashlib
from collections.abc import Sequence
from typing import Any, ClassVar

from tests.fakes import answers
from tests.fakes.answers import Answer, Request
from tests.fakes.internet import FakeInternet

PATH = "/api/skipSegments/"


class FakeSponsorBlock:
    HOST: ClassVar = "sponsor.ajay.app"
    URL: ClassVar = f"https://{HOST}"

    def __init__(self, internet: FakeInternet) -> None:
        self.segments: dict[str, list[dict[str, Any]]] = {}
        internet.add(self.HOST, self._answer)

    def mark(
        self,
        video_id: str,
        spans: Sequence[tuple[float, float]],
        *,
        duration: float,
        category: str = "music_offtopic",
    ) -> None:
        self.segments.setdefault(video_id, []).extend(
            {
                "category": category,
                "actionType": "skip",
                "segment": list(span),
                "UUID": hashlib.sha256(f"{video_id}{span}".encode()).hexdigest(),
                "videoDuration": duration,
                "locked": 0,
                "votes": 1,
                "description": "",
            }
            for span in spans
        )

    def _answer(self, request: Request) -> Answer | None:
        """Whoever asks names only the beginning of the id's hash, and gets all that share it."""
        if not request.path.startswith(PATH):
            return None
        start = request.path.removeprefix(PATH)
        found = [
            {"videoID": one, "segments": [s for s in spans if s["category"] in request.target]}
            for one, spans in self.segments.items()
            if hashlib.sha256(one.encode()).hexdigest().startswith(start)
        ]
        return answers.json_of(found) if found else answers.text_of("Not Found", status=404)
