"""How long matching takes: `python -m tests.benchmarks.matching`; the time each should not grow."""

import time

from mvidarr.discovery import match
from mvidarr.discovery.match import ArtistFacts, Lines, Rules
from tests.benchmarks.discovery import catalogue

NAME = "Nova Lane"


def main() -> None:
    print("uploads  catalogue  proposals   seconds   ms each")
    for uploads, listed in ((500, 0), (500, 500), (500, 2500), (2500, 2500), (10000, 10000)):
        found = catalogue(NAME, uploads, listed)
        started = time.perf_counter()
        proposals = match.propose(ArtistFacts(name=NAME), found, Rules(), Lines())
        taken = time.perf_counter() - started
        each = 1000 * taken / len(found)
        print(f"{uploads:7} {listed:10} {len(proposals):10} {taken:9.2f} {each:9.3f}")


if __name__ == "__main__":
    main()
