"""Times as they are stored and sent."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mvidarr.core import clock

YEAR_9999 = 253_402_300_799_999


def test_time_is_rfc_3339_with_milliseconds_and_z() -> None:
    assert clock.iso(0) == "1970-01-01T00:00:00.000Z"
    assert clock.iso(1_790_000_000_007) == "2026-09-21T14:13:20.007Z"


def test_unknown_time_stays_unknown() -> None:
    assert clock.iso(None) is None


@given(st.integers(0, YEAR_9999))
def test_no_millisecond_is_lost(ms: int) -> None:
    text = clock.iso(ms)

    assert text is not None
    moment = datetime.fromisoformat(text)
    assert (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1) == ms
    assert text.endswith("Z")
    assert len(text) == len("1970-01-01T00:00:00.000Z")


def test_now_is_in_milliseconds() -> None:
    before = datetime.now(UTC).timestamp()

    assert before * 1000 - 1 <= clock.now() <= datetime.now(UTC).timestamp() * 1000
