"""Our own steps in yt-dlp's work on one upload: what to take, how far it is, what comes after.

What comes after the film (captions, parts cut out, chapters) is worth trying, never worth failing.
Only the child imports this.
"""

import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from yt_dlp import YoutubeDL
from yt_dlp.postprocessor import (
    FFmpegMetadataPP,
    ModifyChaptersPP,
    PostProcessor,
    SponsorBlockPP,
)
from yt_dlp.utils import DownloadCancelled

from mvidarr.core import child
from mvidarr.integrations.youtube import captions, formats
from mvidarr.integrations.youtube.formats import Wishes
from mvidarr.integrations.youtube.pace import Pace

EVERY = 0.25  # seconds between two messages of progress
FULL = 1_000_000  # bytes free below which a failed step means a full disk
NO_MUSIC = "music_offtopic"  # SponsorBlock's name for what is not part of the song
CHAPTER = "Without music"
MOST = 0.75  # of a film that is believed to be without music
FORMAT = Path(".format")  # which formats the parts in the folder are of
SPREAD = 6.0  # seconds between two pictures at which a film can be cut, at the most

Info = dict[str, Any]
Done = tuple[list[str], Info]


class NothingBetter(DownloadCancelled):
    msg = "The upload has nothing better than what is there."


class Choice(PostProcessor):
    """Puts the formats into the order of our wishes, and ends when they are not worth it."""

    def __init__(self, wishes: Wishes, better_than: int | None) -> None:
        super().__init__()
        self.offered = 0
        self._wishes = wishes
        self._better_than = better_than

    def run(self, info: Info) -> Done:
        found = info.get("formats") or [info]
        self.offered = formats.offered(found)
        ranked = formats.ranked(found, self._wishes)
        is_vain = self._better_than is not None and formats.chosen(ranked) <= self._better_than
        if ranked and is_vain:
            raise NothingBetter
        return [], info | {"formats": ranked} if "formats" in info else info


class Parts(PostProcessor):
    """Takes away what an attempt left that chose other formats: uploads that come as one file have
    the same name in all of them, and would be gone on with."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def run(self, info: Info) -> Done:
        chosen = str(info.get("format_id"))
        if not FORMAT.is_file() or FORMAT.read_text("utf-8") != chosen:
            for left in Path().glob(f"{self._name}.*"):
                left.unlink()
            FORMAT.write_text(chosen, "utf-8")
        return [], info


class Meter(PostProcessor):
    """Says how far the files of one upload are, taken together, and keeps their pace."""

    def __init__(self, say: child.Say, pace: Pace) -> None:
        super().__init__()
        self.say = say
        self.pace = pace
        self.sizes: dict[str, float] = {}
        self.have: dict[str, float] = {}
        self.next_at = 0.0
        self.fetching = False

    def run(self, info: Info) -> Done:
        """Learn which files will come; yt-dlp calls this once, before the first."""
        self.fetching = True
        for part in info.get("requested_formats") or [info]:
            size = part.get("filesize") or part.get("filesize_approx") or 0
            self.sizes[str(part.get("format_id"))] = size
        return [], info

    def on_progress(self, at: Info) -> None:
        part = str(at["info_dict"].get("format_id"))
        size = at.get("total_bytes") or at.get("total_bytes_estimate") or self.sizes.get(part)
        self.sizes[part] = size or 0
        before, now = self.have.get(part), at.get("downloaded_bytes") or size or 0
        self.have[part] = now
        self._tell(at)
        if before is not None:  # what was there at the first look may be of another attempt
            self.pace.spend(int(now - before))

    def on_step(self, at: Info) -> None:
        if at["status"] == "started" and at["postprocessor"] == "Merger":
            size = int(sum(self.have.values()))
            self.say({"is": "merge", "downloaded": size, "size": size})

    def _tell(self, at: Info) -> None:
        if time.monotonic() < self.next_at and at["status"] != "finished":
            return
        self.next_at = time.monotonic() + EVERY
        have, known = sum(self.have.values()), all(self.sizes.values())
        total = max(sum(self.sizes.values()), have)
        speed = at.get("speed")
        self.say(
            {
                "is": "progress",
                "percent": 100 * have / total if known and total else None,
                "downloaded": int(have),
                "size": int(total) if known else None,
                "speed": speed,
                "eta": (total - have) / speed if known and speed else None,
            }
        )


class Aside(PostProcessor):
    """A step that may fail: then the file stays as it was, and the warning says why."""

    def __init__(self, step: Callable[[Info], Done], warn: Callable[[str], None]) -> None:
        super().__init__()
        self._step = step
        self._warn = warn

    def run(self, info: Info) -> Done:
        try:
            return self._step(dict(info))
        except Exception as error:  # others' data in others' code: it may be anything
            if isinstance(error, DownloadCancelled) or shutil.disk_usage(".").free < FULL:
                raise
            self._warn(f"left out: {error or type(error).__name__}")
            for half in Path().glob("*.temp.*"):
                half.unlink(missing_ok=True)
            return [], info


class Cutter(ModifyChaptersPP):
    """Measures by itself: the ffmpeg of a Python package comes without ffprobe."""

    def _get_real_video_duration(self, filepath: str, fatal: bool = True) -> float:
        return length_of(filepath)


def length_of(path: str) -> float:
    """Seconds that a file lasts."""
    import av  # only what is cut needs it

    with av.open(path) as container:
        return float((container.duration or 0) / av.time_base)


class Aftercare:
    """What follows when the film is there.

    `cut`: seconds that were taken out of it. `lasts`: what is left, as long as that is credible;
    cuts are made at whole pictures, so that each may leave a few seconds more.
    """

    def __init__(
        self, request: Mapping[str, Any], loader: YoutubeDL, load_captions: Callable[[Info], Info]
    ) -> None:
        self.cut = 0.0
        self.lasts: float | None = None
        self.subtitles: list[str] = []
        self._request = request
        self._loader = loader
        self._load_captions = load_captions

    def steps(self) -> list[Callable[[Info], Done]]:
        """In their order: captions come when it is known what was cut out."""
        parts, chapters = self._request["sponsorblock"], self._request["chapters"]
        found: list[Callable[[Info], Done]] = []
        if not chapters:
            found.append(self._without_chapters)
        if parts != "off":
            found += [self._known_parts, self._parts]
        if chapters or parts == "mark":
            told = FFmpegMetadataPP(
                self._loader, add_metadata=False, add_chapters=True, add_infojson=False
            )
            found.append(told.run)
        return [*found, self._captions]

    def _captions(self, info: Info) -> Done:
        loaded = self._load_captions(info).values()
        names = [one["filepath"] for one in loaded if one.get("filepath")]
        for path in map(Path, names if self.cut else ()):
            path.write_text(captions.cut(path.read_text("utf-8"), _spans(info)), "utf-8")
        self.subtitles = names
        return [], info

    def _without_chapters(self, info: Info) -> Done:
        return [], info | {"chapters": None}

    def _known_parts(self, info: Info) -> Done:
        """What SponsorBlock knows, as far as it can be: anybody may have told it anything."""
        api = self._request["sponsorblock_url"]
        _, after = SponsorBlockPP(self._loader, [NO_MUSIC], api=api).run(info)
        told = after.get("sponsorblock_chapters") or ()
        after["sponsorblock_chapters"] = [
            one for one in told if one["start_time"] < one["end_time"]
        ]
        without = sum(end - start for start, end in captions.merged(_spans(after)))
        if without > MOST * (info.get("duration") or 0.0):
            raise ValueError("hardly anything of the film is music, says SponsorBlock")
        return [], after

    def _parts(self, info: Info) -> Done:
        """Mark the parts without music as chapters, or cut them out."""
        cutting = self._request["sponsorblock"] == "cut"
        step = Cutter(
            self._loader,
            remove_sponsor_segments=[NO_MUSIC] if cutting else [],
            sponsorblock_chapter_title=CHAPTER,
        )
        before = info.get("duration") or 0.0
        files, after = step.run(info)
        self.cut = max(0.0, before - (after.get("duration") or before))
        if self.cut:
            left, spread = length_of(after["filepath"]), SPREAD * len(_spans(info))
            self.lasts = left if abs(before - self.cut - left) <= spread else before - self.cut
        return files, after


def _spans(info: Info) -> list[captions.Span]:
    return [(one["start_time"], one["end_time"]) for one in info["sponsorblock_chapters"]]
