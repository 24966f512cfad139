"""Rows beside the videos of a benchmark: uploads and verdicts, history, downloads, jobs, lists."""

from collections.abc import Iterator
from typing import Any

START = 1_700_000_000_000


def uploads(number: int, artist: int) -> Iterator[dict[str, Any]]:
    """Four in five videos have one in use; one in five has rivals that wait for a verdict."""
    common = {
        "artist": artist,
        "title": f"Upload {number}",
        "channel": f"Channel {number % 5000}",
        "channel_id": f"UC{number % 5000:022}",
        "duration": 240.0,
        "type": "official",
        "reasons": [{"text": "The title is the same", "points": 40}],
        "song": {"title": f"Song {number}", "type": "official"},
        "group_key": f"song {number}|official|",
        "seen_at": START,
        "found_by": "youtube",
    }
    if number % 5:
        gone = "removed" if number % 50 == 1 else "available"
        yield {
            **common,
            **{"video": number, "source_id": f"u{number:010}", "score": 90},
            **{"verdict": "accepted", "availability": gone},
            "accepted_key": f"youtube:u{number:010}",
        }
        return
    for rival in range(1 + number % 3):
        yield {
            **common,
            **{"video": None, "source_id": f"r{number:09}{rival}", "score": 45 + number % 30},
            **{"verdict": "review", "availability": "unknown", "accepted_key": None},
        }


def external(number: int) -> dict[str, Any]:
    return {"kind": "mb_recording", "value": f"{number:036x}", "video": number}


def director(number: int) -> dict[str, Any]:
    name = f"Director {number % 700}"
    return {"video": number, "role": "director", "name": name, "name_key": name.lower()}


def decision(number: int) -> dict[str, Any]:
    return {
        "provider": "youtube",
        "source_id": f"d{number:010}",
        "artist_key": f"artist {number % 1000}",
        "verdict": "refused",
        "title": f"Upload {number}",
        "details": {"channel_id": f"UC{number % 5000:022}", "reason": "not_this_artist"},
    }


def twin(number: int) -> dict[str, Any]:
    return {
        **{"first": number - 1, "second": number, "reason": "song"},
        "is_distinct": number % 500 == 0,
    }


def found(number: int, artist: int) -> dict[str, Any]:
    return {
        **{"at": START + number, "kind": "video.found", "level": "good"},
        **{"artist_id": artist, "video_id": number, "title": f"Song {number}"},
    }


def download(number: int) -> dict[str, Any]:
    state = "failed" if number % 40 == 1 else "done"
    at = START + number
    return {"video": number, "state": state, "ended_at": at, "started_at": at, "percent": 100.0}


def job(number: int) -> dict[str, Any]:
    at = START + number
    return {
        **{"kind": "discover", "subject": str(number), "state": "done", "note": "3 new"},
        **{"started_at": at, "ended_at": at + 500, "created_at": at},
    }


def import_list(number: int) -> dict[str, Any]:
    return {"kind": "text", "name": f"List {number}", "read_at": START, "applied_at": START}


def import_row(number: int) -> dict[str, Any]:
    state = ("new", "known", "added", "filtered")[number % 4]
    return {
        **{"list": number % 40 + 1, "external_id": f"row {number}", "name": f"Artist {number}"},
        **{"state": state, "artist": number % 1000 + 1 if state == "known" else None},
        "seen_at": START,
    }
