"""Everything that can go wrong, as one tree; messages are sentences that a person can act on.

    Error
    ├── Invalid          422  input that cannot be taken; a message for each field
    ├── NotFound         404  no such thing, or not for you
    ├── Unauthenticated  401  nobody is signed in
    ├── Forbidden        403  signed in, but the role does not reach
    ├── Conflict         409  changed elsewhere, or already so
    ├── TooLarge         413  body over the limit
    ├── UnsupportedMedia 415  a body of another kind than the route takes
    ├── TooSoon          429  ask again after `retry_after` seconds
    ├── ServiceError     502  somebody else's system failed; `permanent`: trying again is vain
    ├── NotConfigured    503  a setting is missing
    ├── Unavailable      503  a part of our own is away for now (disk, database, worker)
    └── BootError             the program cannot start; one sentence, exit status 2

The domain raises; only `web.routing.endpoint`, a job's `run(row)` and `cli.main` catch.
"""

import re
from collections.abc import Mapping
from typing import ClassVar


class Error(Exception):
    """Base of our errors. `str(error)` is a sentence for people."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, message: str = "") -> None:
        super().__init__(message or f"{self.title}.")

    @classmethod
    def slug(cls) -> str:
        """The exception's name in snake_case: the last part of a problem's `type`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


class Invalid(Error):
    """Input that cannot be taken: field name → sentence."""

    status = 422
    title = "Some fields need another look"

    def __init__(self, fields: Mapping[str, str] | None = None, message: str = "") -> None:
        self.fields = dict(fields or {})
        super().__init__(message or " ".join(self.fields.values()))


class NotFound(Error):
    status = 404
    title = "Not found"


class Unauthenticated(Error):
    status = 401
    title = "Sign in first"


class Forbidden(Error):
    status = 403
    title = "Not allowed"


class Conflict(Error):
    status = 409
    title = "That changed in the meantime"


class TooLarge(Error):
    status = 413
    title = "Too large"


class UnsupportedMedia(Error):
    status = 415
    title = "Unsupported kind of body"


class TooSoon(Error):
    """Asked too often; `retry_after` in seconds."""

    status = 429
    title = "Too many requests"

    def __init__(self, message: str = "", *, retry_after: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ServiceError(Error):
    """Somebody else's system failed. `retry_after` in seconds where it said so."""

    status = 502
    title = "A service did not answer as it should"

    def __init__(
        self,
        service: str,
        message: str = "",
        *,
        permanent: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.service = service
        self.permanent = permanent
        self.retry_after = retry_after


class NotConfigured(Error):
    status = 503
    title = "Not set up yet"


class Unavailable(Error):
    """A part of our own is away for now; `retry_after` in seconds where it is known."""

    status = 503
    title = "Not available right now"

    def __init__(self, message: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class BootError(Error):
    title = "MVidarr cannot start"
