"""Accuracy of the title reader on the labelled titles: `python -m tests.benchmarks.titles`."""

import argparse
import json
import random
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mvidarr.core.terms import VideoType
from mvidarr.discovery import titles

RECORDED = Path(__file__).parents[2] / "../shared/recorded/title_cases.json"
NEVER_OFFICIAL = {"compilation", "fan", "reupload", "playlist", "not_music"}

Row = dict[str, Any]
_NOT_WORD = re.compile(r"[\W_]+")


def folded(name: str | None) -> str:
    """A name as it is compared: no accents, no case, & = and, words only."""
    plain = unicodedata.normalize("NFKD", name or "")
    kept = "".join(char for char in plain if not unicodedata.combining(char)).casefold()
    return _NOT_WORD.sub(" ", kept.replace("&", " and ")).strip()


def halves(rows: list[Row], seed: int = 20240) -> tuple[list[Row], list[Row]]:
    """The rows to develop on, and a third that is held out."""
    mixed = list(rows)
    random.Random(seed).shuffle(mixed)
    third = len(mixed) // 3
    return mixed[third:], mixed[:third]


def measure(rows: list[Row]) -> tuple[dict[str, tuple[int, int]], list[str]]:
    """Right answers and questions per measure, and the mistakes in words."""
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    mistakes: list[str] = []
    for row in rows:
        answer = titles.parse(row["input"], row.get("channel"), row.get("duration"))
        for name, is_asked, is_right in _questions(row, answer):
            if is_asked(row):
                asked[name] += 1
                right[name] += is_right
                if not is_right:
                    mistakes.append(f"{name:9} {_told(row, answer)}")
    return {name: (right[name], asked[name]) for name in asked}, mistakes


def _questions(row: Row, answer: titles.Parsed) -> list[tuple[str, Callable[[Row], bool], bool]]:
    kind = row.get("kind")
    is_artist = folded(answer.artist) == folded(row["artist"])
    is_title = folded(answer.title) == folded(row["title"])
    return [
        ("artist", lambda row: row["title"] is not None, is_artist),
        ("title", lambda row: row["title"] is not None, is_title),
        ("no song", lambda row: row["title"] is None, answer.title is None),
        ("type", lambda row: kind not in (None, "unspecified"), answer.type == kind),
        ("unspecif.", lambda row: kind == "unspecified", answer.type == kind),
        ("false off.", lambda row: kind in NEVER_OFFICIAL, answer.type != VideoType.OFFICIAL),
    ]


def _told(row: Row, answer: titles.Parsed) -> str:
    return (
        f"{row['input']!r} on {row.get('channel')!r} ({row.get('duration')} s)\n"
        f"    wanted {row['artist']!r} · {row['title']!r} · {row.get('kind')}\n"
        f"    got    {answer.artist!r} · {answer.title!r} · {answer.type} {answer.version!r}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held-out", action="store_true", help="show the held-out mistakes too")
    parser.add_argument("--worst", type=int, default=20, help="how many mistakes to show")
    options = parser.parse_args()
    rows = json.loads(RECORDED.read_text("utf-8"))
    split = [row for row in rows if row["conv"] == "split"]
    developed, held = halves(split)
    upstream = [row for row in rows if row["conv"] == "upstream"]
    tables = {"developed on": developed, "held out": held, "all": split, "upstream": upstream}
    for name, part in tables.items():
        scores, _ = measure(part)
        print(f"{name:13} {len(part):4} rows  ", end="")
        print("  ".join(f"{key} {r}/{n} = {100 * r / n:.1f} %" for key, (r, n) in scores.items()))
    started = time.perf_counter()
    for row in rows:
        titles.parse(row["input"], row.get("channel"), row.get("duration"))
    print(f"{len(rows) / (time.perf_counter() - started):.0f} titles/s")
    for mistake in measure(split if options.held_out else developed)[1][: options.worst]:
        print(mistake)


if __name__ == "__main__":
    main()
