"""Hold a download back to so many bytes per second, a limit that may change while it runs."""

import time
from typing import Any

SLICE = 0.1  # seconds; how soon another limit holds
LONGEST = 60.0  # seconds of one wait: what is silent for long counts as stalled


class Pace:
    """`rate` in bytes per second, None for as fast as it goes. One thread spends, any may set."""

    def __init__(self, rate: float | None = None) -> None:
        self.rate = rate
        self._free_at = 0.0

    def hear(self, message: dict[str, Any]) -> None:
        """Take another limit from what the parent tells."""
        if "rate" in message:
            self.rate = message["rate"]

    def spend(self, size: int) -> None:
        """Wait as long as so many bytes take."""
        rate, now = self.rate, time.monotonic()
        if not rate:
            return
        self._free_at = min(max(self._free_at, now) + size / rate, now + LONGEST)
        while self.rate == rate and (left := self._free_at - time.monotonic()) > 0:
            time.sleep(min(left, SLICE))
        if self.rate != rate:  # what was owed at the former rate is forgiven
            self._free_at = 0.0
