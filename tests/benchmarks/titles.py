"""Accuracy of the title reader on the labelled titles: `python -m tests.benchmarks.titles`.

The table tells each goal, how the rows of each convention fare, how evenly the rules hold over
fifths of the rows, how many titles are read in a second, and then the worst mistakes.
"""

import argparse
import json
import random
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mvidarr.core.terms import VideoType
from mvidarr.discovery import titles

RECORDED = Path(__file__).parents[2] / "../shared/recorded/title_cases.json"
NEVER_OFFICIAL = {"compilation", "fan", "reupload", "playlist", "not_music"}
GOALS = {"artist": 98.0, "title": 95.0, "type": 95.0, "not official": 100.0}

Row = dict[str, Any]
Scores = dict[str, tuple[int, int]]
_NOT_WORD = re.compile(r"[\W_]+")
# False alarms are worse than what is left open.
_WEIGHT = {"not official": 0, "artist": 1, "title": 2, "no song": 3, "type": 4, "unspecified": 5}


def folded(name: str | None) -> str:
    """A name as it is compared: no accents, no case, & = and, words only."""
    plain = unicodedata.normalize("NFKD", name or "")
    kept = "".join(char for char in plain if not unicodedata.combining(char)).casefold()
    return _NOT_WORD.sub(" ", kept.replace("&", " and ")).strip()


def fifths(rows: list[Row], seed: int = 20240) -> list[list[Row]]:
    """The rows in five random parts."""
    mixed = list(rows)
    random.Random(seed).shuffle(mixed)
    return [mixed[number::5] for number in range(5)]


def measure(rows: list[Row]) -> tuple[Scores, list[str]]:
    """Right answers and questions per measure, and the mistakes in words, the worst first."""
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    mistakes: list[tuple[int, str]] = []
    for row in rows:
        answer = read(row)
        wrong = []
        for name, is_asked, is_right in _questions(row, answer):
            if is_asked(row):
                asked[name] += 1
                right[name] += is_right
                wrong += [] if is_right else [name]
        if wrong:
            mistakes.append((min(map(_WEIGHT.__getitem__, wrong)), _told(row, answer, wrong)))
    return {name: (right[name], asked[name]) for name in asked}, [
        text for _, text in sorted(mistakes, key=lambda one: one[0])
    ]


def read(row: Row) -> titles.Parsed:
    return titles.parse(row["input"], row.get("channel"), row.get("duration"))


def _questions(row: Row, answer: titles.Parsed) -> list[tuple[str, Callable[[Row], bool], bool]]:
    kind = row.get("kind")
    has_artist = row["conv"] != "clean" if "conv" in row else True
    is_artist = folded(answer.artist) == folded(row["artist"])
    is_title = folded(answer.title) == folded(row["title"])
    return [
        ("artist", lambda row: row["title"] is not None and has_artist, is_artist),
        ("title", lambda row: row["title"] is not None, is_title),
        ("no song", lambda row: row["title"] is None, answer.title is None),
        ("type", lambda row: kind not in (None, "unspecified"), answer.type == kind),
        ("unspecified", lambda row: kind == "unspecified", answer.type == kind),
        ("not official", lambda row: kind in NEVER_OFFICIAL, answer.type != VideoType.OFFICIAL),
    ]


def _told(row: Row, answer: titles.Parsed, wrong: list[str]) -> str:
    return (
        f"{', '.join(wrong)}: {row['input']!r} on {row.get('channel')!r} ({row.get('duration')} s)"
        f"\n    wanted {row['artist']!r} · {row['title']!r} · {row.get('kind')}"
        f"\n    got    {answer.artist!r} · {answer.title!r} · {answer.type} {answer.version!r}"
    )


def _lines(rows: list[Row]) -> Iterator[str]:
    """The table: goals first, then the other conventions, then how even it is."""
    split = [row for row in rows if row["conv"] == "split"]
    scores, _ = measure(split)
    yield f"{len(split)} rows of the convention that counts"
    for name, (right, asked) in scores.items():
        share, goal = 100 * right / asked, GOALS.get(name)
        wanted = f"goal {goal:5.1f} %  {'reached' if share >= goal else 'MISSED'}" if goal else ""
        yield f"  {name:13} {right:4} of {asked:4}  {share:5.1f} %  {wanted}"
    parts = [measure(part)[0] for part in fifths(split)]
    yield "worst and best fifth of these rows"
    for name in GOALS:
        shares = [100 * right / asked for right, asked in (part[name] for part in parts)]
        yield f"  {name:13} {min(shares):5.1f} % … {max(shares):5.1f} %"
    for conv in ("upstream", "clean"):
        other = [row for row in rows if row["conv"] == conv]
        told = [
            f"{name} {100 * right / asked:.1f} %"
            for name, (right, asked) in measure(other)[0].items()
        ]
        yield f"{len(other)} rows of the convention {conv}: {', '.join(told)}"


def _rate(rows: list[Row]) -> float:
    """Titles read in a second."""
    started = time.perf_counter()
    for row in rows:
        read(row)
    return len(rows) / (time.perf_counter() - started)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worst", type=int, default=20, help="how many mistakes to show")
    options = parser.parse_args()
    rows = json.loads(RECORDED.read_text("utf-8"))
    for line in _lines(rows):
        print(line)
    print(f"{_rate(rows):.0f} titles per second")
    mistakes = measure([row for row in rows if row["conv"] == "split"])[1]
    print(f"the worst of {len(mistakes)} rows with a mistake")
    for mistake in mistakes[: options.worst]:
        print(mistake)


if __name__ == "__main__":
    main()
