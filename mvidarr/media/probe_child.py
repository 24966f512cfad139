"""Measures one file, or grabs one frame of it: the only place where PyAV runs, in a child.

Files are hostile and PyAV is C: this process has limits, opens plain files of known containers
only, and may die without harm.
"""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

from mvidarr.core import child
from mvidarr.core.terms import Cause
from mvidarr.media import limits, looks

FRAME_SIDE = 1280  # pixels at most of a grabbed frame

# without playlists (hls, concat, dash): those name other files
CONTAINERS = "mov,mp4,matroska,webm,avi,flv,asf,mpegts,mpeg,ogg,mpegvideo"
FIRST_PACKETS = 5000  # of both streams, until each gave something decoded
# seconds before the end; some containers do not know where their key frames are
BACK = (1.0, 20.0, float("inf"))
HDR = {16: "hdr10", 18: "hlg"}  # transfer characteristics, as Kodi calls them
STRETCHED = (1 / 8, 8)  # what a file says of its pixels beyond these is rubbish
SUBTITLES = 100  # languages
DOLBY_VISION = ("dvh1", "dvhe", "dvav", "dva1", "dav1")


class Failure(Exception):
    """The file is of no use; `cause` says why."""

    def __init__(self, cause: Cause, detail: str = "") -> None:
        super().__init__(detail)
        self.cause = cause


def work(request: dict[str, Any], say: child.Say) -> None:
    """Answer `{"path": …}` with facts, `{"path": …, "at": seconds, "into": …}` with a picture.

    `"look": true` adds what is odd about picture and sound.
    """
    limits.apply()
    try:
        from av.error import FFmpegError  # only now, under the limits
    except ImportError as error:
        return say({"cause": Cause.TOOL_MISSING, "detail": str(error)})
    try:
        if "into" in request:
            say(grab(request["path"], request["at"], Path(request["into"])))
        else:
            say(measure(request["path"], look=request.get("look", False)))
    except Failure as failure:
        say({"cause": failure.cause, "detail": str(failure)})
    except (FFmpegError, ValueError, MemoryError, OSError) as error:
        say({"cause": Cause.UNREADABLE, "detail": f"{type(error).__name__}: {error}"})


def measure(path: str, *, look: bool) -> dict[str, Any]:
    """Facts of the file, after decoding something at its beginning and near its end."""
    with _open(path) as container:
        video = _main_video(container)
        audio = next(iter(container.streams.audio), None)
        if video is None:
            raise Failure(Cause.NO_VIDEO)
        if audio is None:
            raise Failure(Cause.NO_AUDIO)
        frame = _check_beginning(container, video, audio)
        duration = _check_end(container, video, audio)
        context = video.codec_context
        aspect = _aspect(video.sample_aspect_ratio)
        width, height = _shown_size(context, frame, aspect)
        rate = video.average_rate or video.guessed_rate
        seen = _look(container, video, audio, duration) if look else {}
        return {
            "container": _container_name(container, path),
            "duration": duration,
            "video_codec": context.codec.canonical_name,
            "audio_codec": audio.codec_context.codec.canonical_name,
            "width": width,
            "height": height,
            "fps": round(float(rate), 3) if rate else None,
            "hdr": _hdr(context),
            "bit_rate": container.bit_rate or None,
            "channels": audio.codec_context.layout.nb_channels,
            "subtitles": [
                stream.metadata.get("language", "und")[:20]
                for stream in container.streams.subtitles[:SUBTITLES]
            ],
            "rotation": frame.rotation % 360,
            "sample_aspect": f"{aspect.numerator}:{aspect.denominator}",
            "findings": seen.get("findings", []),
            "picture": _within(seen.get("picture"), context, (width, height), frame),
        }


def _look(container: Any, video: Any, audio: Any, duration: float) -> dict[str, Any]:
    """What is odd, where that can be seen: the file reads in any case."""
    from av.error import FFmpegError

    try:
        return looks.look(container, video, audio, duration)
    except (FFmpegError, ValueError, MemoryError):
        return {}


def grab(path: str, at: float, into: Path) -> dict[str, Any]:
    """Write the frame at `at` seconds, or the next one, to `into` as JPEG."""
    with _open(path) as container:
        video = _main_video(container)
        if video is None:
            raise Failure(Cause.NO_VIDEO)
        start = container.start_time or 0
        container.seek(start + int(max(at, 0) * 1_000_000))
        frame = _first_frame(container.demux(video), start / 1_000_000 + at)
        picture = frame.to_image()
        if frame.rotation:
            picture = picture.rotate(frame.rotation, expand=True)
        picture.thumbnail((FRAME_SIDE, FRAME_SIDE))
        picture.save(into, "JPEG", quality=88)
        return {"width": picture.width, "height": picture.height}


def _open(path: str) -> Any:
    import av

    options = {"protocol_whitelist": "file", "format_whitelist": CONTAINERS}
    return av.open(f"file:{path}", mode="r", options=options, metadata_errors="replace")


def _main_video(container: Any) -> Any:
    """The first stream of moving pictures; a cover is a video stream too."""
    from av.stream import Disposition

    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            return stream
    return None


def _check_beginning(container: Any, video: Any, audio: Any) -> Any:
    """Decode one frame of picture and of sound; return that of the picture."""
    frames: dict[int, Any] = {}
    for number, packet in enumerate(container.demux(video, audio)):
        if packet.stream.index not in frames:
            frames.update((packet.stream.index, frame) for frame in _frames(packet)[:1])
        if len(frames) == 2 or number > FIRST_PACKETS:
            break
    if len(frames) < 2:
        raise Failure(Cause.UNREADABLE, "nothing to decode at the beginning")
    return frames[video.index]


def _check_end(container: Any, video: Any, audio: Any) -> float:
    """The duration, after decoding a frame near it and reading on to the last packet."""
    for stream in (video, audio):
        entries = stream.index_entries
        if len(entries) and entries[-1].pos + entries[-1].size > container.size:
            raise Failure(Cause.UNREADABLE, "shorter than its index says")
    claimed = _claimed_duration(container, video, audio)
    for back in BACK:
        reached, decoded = _read_on(container, max(claimed - back, -1), video, audio)
        if decoded:
            break
    if not decoded or reached < claimed - max(1.0, min(5.0, claimed / 50)):
        raise Failure(Cause.UNREADABLE, f"ends at {reached:.1f} of {claimed:.1f} s")
    return round(claimed or reached, 3)


def _read_on(container: Any, at: float, video: Any, audio: Any) -> tuple[float, bool]:
    """Where the last packet after `at` ends, and whether a picture could be decoded there."""
    start = (container.start_time or 0) / 1_000_000
    container.seek(max(0, int((start + at) * 1_000_000)))
    last, decoded = 0.0, False
    for packet in container.demux(video, audio):
        if packet.pts is not None:
            last = max(last, float((packet.pts + (packet.duration or 0)) * packet.time_base))
        if not decoded and packet.stream.index == video.index:
            decoded = bool(_frames(packet))
    return last - start, decoded


def _first_frame(packets: Iterable[Any], at: float) -> Any:
    """The frame shown at a time, else the last one before it."""
    last = None
    for packet in packets:
        for frame in _frames(packet):
            last = frame
            if frame.time is None or frame.time >= at:
                return frame
    if last is None:
        raise Failure(Cause.UNREADABLE, "no frame")
    return last


def _frames(packet: Any) -> list[Any]:
    """What a packet decodes to; nothing when it is damaged, since the next may be whole."""
    from av.error import FFmpegError

    try:
        return list(packet.decode())
    except FFmpegError:
        return []


def _claimed_duration(container: Any, *streams: Any) -> float:
    """Seconds that picture or sound should last (subtitles may last longer); 0 when unknown."""
    known = [float(stream.duration * stream.time_base) for stream in streams if stream.duration]
    return max(known, default=(container.duration or 0) / 1_000_000)


def _shown_size(context: Any, frame: Any, aspect: Fraction) -> tuple[int, int]:
    """Width and height as a player shows them: phones store portrait pictures lying down, discs
    store pixels that are no squares."""
    width = round(context.width * aspect)
    turned = frame.rotation % 180 != 0
    return (context.height, width) if turned else (width, context.height)


def _aspect(ratio: Fraction | None) -> Fraction:
    least, most = STRETCHED
    return ratio if ratio and least <= ratio <= most else Fraction(1)


def _within(
    picture: tuple[int, int] | None, context: Any, shown: tuple[int, int], frame: Any
) -> tuple[int, int] | None:
    """The part of the shown size that the stored picture takes within its black bars."""
    if picture is None:
        return None
    across, down = picture[0] / context.width, picture[1] / context.height
    if frame.rotation % 180 != 0:
        across, down = down, across
    return round(shown[0] * across), round(shown[1] * down)


def _hdr(context: Any) -> str | None:
    return "dolbyvision" if context.codec_tag in DOLBY_VISION else HDR.get(context.color_trc)


def _container_name(container: Any, path: str) -> str:
    """mp4, mov, matroska, webm, or what FFmpeg calls it."""
    names = container.format.name.split(",")
    if "mp4" in names:
        return "mov" if container.metadata.get("major_brand", "").startswith("qt") else "mp4"
    if "webm" in names:
        return "webm" if path.lower().endswith(".webm") else "matroska"
    return str(names[0])


if __name__ == "__main__":
    child.serve(work)
