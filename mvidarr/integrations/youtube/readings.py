"""How YouTube's services spell times, lengths and pictures, read without trusting them. Pure."""

import re
from datetime import UTC, datetime

LONGEST = 10**6  # seconds; nothing that is said to last longer is a video
CHANNEL_ID = re.compile(r"UC[A-Za-z0-9_-]{22}")
SOURCE_ID = re.compile(r"[A-Za-z0-9_-]{11}")  # lists also hold playlists and mixes
GONE = ("[Private video]", "[Deleted video]", "Private video", "Deleted video")

_LENGTH = re.compile(
    r"P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?",
    re.ASCII,
)
_UNITS = (7 * 86_400, 86_400, 3_600, 60, 1)


def moment(value: object) -> int | None:
    """Milliseconds since 1970 of a time as ISO 8601; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value.strip())
        return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        return None


def seconds(value: object) -> float | None:
    """The length of "PT4M13S"; None for what has none yet ("P0D"), and for anything else."""
    spelled = _LENGTH.fullmatch(value) if isinstance(value, str) else None
    if spelled is None:
        return None
    parts = (int(part or 0) for part in spelled.groups())
    total = sum(unit * part for unit, part in zip(_UNITS, parts, strict=True))
    return float(total) if 0 < total <= LONGEST else None


def picture(source_id: str, name: str = "mqdefault") -> str:
    """Where a picture of an upload is; every upload has this wide one."""
    return f"https://i.ytimg.com/vi/{source_id}/{name}.jpg"


def uploads_of(channel_id: str) -> str:
    """The id of the playlist of all uploads of a channel."""
    return f"UU{channel_id.removeprefix('UC')}"
