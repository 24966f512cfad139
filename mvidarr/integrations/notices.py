"""What the ways of telling somebody share: how they go out, and how they say that it failed."""

from dataclasses import dataclass
from pathlib import Path

from mvidarr.core.addresses import Policy
from mvidarr.core.errors import ServiceError


@dataclass(frozen=True, kw_only=True)
class Way:
    """How a message leaves. `policy` judges addresses; None where an administrator chose them."""

    proxy: str = ""
    ca: Path | None = None
    policy: Policy | None = None


class NotDelivered(ServiceError):
    """Nobody took the message; `answered` is the HTTP status where there was one."""

    def __init__(
        self,
        service: str,
        message: str,
        *,
        answered: int | None = None,
        permanent: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(service, message, permanent=permanent, retry_after=retry_after)
        self.answered = answered
