"""How well blown-up lines are told from real ones: `python -m tests.benchmarks.looks`.

Test pictures of several kinds, encoded as they are, softened, and blown up from fewer lines in
three ways; for each kind how many of the files are suspected, and what one look costs.
"""

import argparse
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import av

from mvidarr.media import looks

SOURCES = {
    "bars": "testsrc2=size={}:rate=5",
    "gradient": "testsrc=size={}:rate=5",
    "fractal": "mandelbrot=size={}:rate=5:start_scale=1",
    "points": "life=size={}:rate=5:mold=10:ratio=0.2:death_color=#202060:life_color=#f0f0a0",
    "noise": "nullsrc=size={}:rate=5,noise=alls=40:allf=t,gblur=sigma=0.6",
}
ENCODED = "-c:v libx264 -preset veryfast -crf 23 -pix_fmt yuv420p -g 5"
SCALERS = ("bicubic", "lanczos", "bilinear")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=int, default=6)
    given = options.parse_args()
    suspected: Counter[str] = Counter()
    files: Counter[str] = Counter()
    spent = 0.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        for kind, source, filters in _cases():
            inputs = ["-f", "lavfi", "-t", str(given.seconds), "-i", source, "-vf", filters]
            command = ["ffmpeg", "-y", "-v", "error", *inputs, *ENCODED.split(), str(path)]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
            began = time.process_time()
            suspected[kind] += _is_suspected(path)
            spent += time.process_time() - began
            files[kind] += 1
    for kind, count in files.items():
        print(f"{kind:28} {suspected[kind]:3} of {count:3} suspected")
    print(f"{spent / files.total():.2f} s of the processor for each file")


def _cases() -> Iterator[tuple[str, str, str]]:
    """Kind, source and filters of each file."""
    for source in SOURCES.values():
        for lines in (1080, 720):
            yield "real", source.format(_size(lines)), "null"
            yield "real, softened", source.format(_size(lines)), "gblur=sigma=1.0"
            for fewer in (360, 480, 720):
                for how in SCALERS if fewer < lines else ():
                    kind = f"{fewer} → {lines}, {how}"
                    blow_up = f"scale={_size(lines).replace('x', ':')}:flags={how}"
                    yield kind, source.format(_size(fewer)), blow_up


def _size(lines: int) -> str:
    return f"{lines * 16 // 9 // 2 * 2}x{lines}"


def _is_suspected(path: Path) -> bool:
    with av.open(str(path)) as container:
        duration = (container.duration or 0) / 1_000_000
        frames = list(looks._spread(container, container.streams.video[0], duration))
    return looks.is_upscaled(frames)


if __name__ == "__main__":
    main()
