"""Vimeo on the fake internet, as far as its player's page: one file for each height.

vimeo = FakeVimeo(fake_internet)
vimeo.add_video("76979871", title="Jóga", heights=(360, 720))
"""

import json
from collections.abc import Sequence
from typing import Any, ClassVar

from tests.fakes import answers, media
from tests.fakes.answers import Answer, Request
from tests.fakes.internet import FakeInternet


class FakeVimeo:
    PLAYER: ClassVar = "player.vimeo.com"
    MEDIA: ClassVar = "*.vimeocdn.com"

    def __init__(self, internet: FakeInternet) -> None:
        self.videos: dict[str, dict[str, Any]] = {}
        internet.add(self.PLAYER, self._page)
        internet.add(self.MEDIA, self._media)

    def add_video(
        self, video_id: str, *, title: str, heights: Sequence[int] = (360,), seconds: float = 3
    ) -> None:
        files = [
            {
                "url": f"https://vod.vimeocdn.com/{video_id}/{height}/{seconds}.mp4?sig=secret",
                "quality": f"{height}p",
                "width": height * 16 // 9,
                "height": height,
                "fps": 10,
            }
            for height in heights
        ]
        self.videos[video_id] = {
            "video": {
                "id": int(video_id),
                "title": title,
                "duration": int(seconds),
                "owner": {"name": "Björk", "url": "https://vimeo.com/bjork"},
                "thumbs": {"1280": f"https://i.vimeocdn.com/video/{video_id}"},
            },
            "request": {"files": {"progressive": files}, "text_tracks": []},
        }

    def _page(self, request: Request) -> Answer | None:
        config = self.videos.get(request.path.removeprefix("/video/"))
        if config is None:
            return answers.text_of("<h1>Sorry</h1>", status=404)
        script = f"<script>window.playerConfig = {json.dumps(config)}</script>"
        return answers.text_of(f"<!doctype html><html><body>{script}</body></html>")

    def _media(self, request: Request) -> Answer | None:
        parts = request.path.strip("/").split("/")
        if len(parts) != 3 or parts[0] not in self.videos:
            return None
        seconds = float(parts[2].removesuffix(".mp4"))
        return answers.file_of(media.film(int(parts[1]), seconds=seconds), "video/mp4")
