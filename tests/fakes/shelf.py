"""Kept answers without a database: for adapters, which only know that answers may be kept."""

from dataclasses import replace

from mvidarr.core.http import Kept


class Shelf:
    """Keeps all answers until it is told that they are old. `times`: how long each was to be."""

    def __init__(self) -> None:
        self.kept: dict[str, Kept] = {}
        self.times: dict[str, int] = {}

    def find(self, request: str) -> Kept | None:
        return self.kept.get(request)

    def keep(self, request: str, body: bytes, etag: str | None, keep: int) -> None:
        self.kept[request] = Kept(body=body, etag=etag, is_fresh=True)
        self.times[request] = keep

    def ages(self) -> None:
        self.kept = {name: replace(kept, is_fresh=False) for name, kept in self.kept.items()}
