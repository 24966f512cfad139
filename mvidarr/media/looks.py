"""Looks at the picture and listens to the sound of a file: black bars, blown-up lines, silence.

Runs in the child that measures files. What it finds are suspicions for a person to see; where there
is not enough to judge by, it finds nothing.
"""

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any

from PIL import Image, ImageChops, ImageStat

from mvidarr.core.terms import Finding

FRAMES = 12  # spread over the file
MOST_PIXELS = 40_000_000  # of a frame: a little more than 8K, so that a dozen fit into memory
FORWARD = 400  # frames decoded at most where a file has too few key frames

# black bars; brightness from 0 to 255
BLACK = 20  # the brightest that a bar gets in any frame
LIT = 48  # the least that the picture gets beside a bar, in some frame
BESIDE = 0.4  # part of the picture's edge that is lit: a spotlight fades, a bar ends
NARROWEST = 0.02  # of a side, for each bar
UNEVEN = 0.02  # of a side, between the two bars
FEWEST = 3  # different frames: one dark scene is no bar

# Blown-up lines. What is lost when a picture is shrunk to some lines and blown up again, as a part
# of what half of those lines lose: 0.47 to 0.8 in sharp test pictures of any kind, 0.37 to 0.6 in
# soft ones, 0.15 to 0.38 near the lines that a picture was blown up from.
STEPS = (360, 480, 540, 720, 1080, 1440)  # lines that a picture may have been blown up from
LEAST_LINES = 700  # below, nobody blows a picture up
WITHIN = (1152, 648)  # of the middle: parts of it for all steps are whole pixels
TEXTURE = 2.0  # the least that a quarter of the lines must lose: else there is nothing to see
SHARPEST = 4  # frames that are looked at
DETAIL = 0.36  # below this, no frame shows anything that fewer lines could not

SILENCE = 2  # of 32768
LONGEST_SILENCE = 1200.0  # seconds after which it is not listened any further


def look(container: Any, video: Any, audio: Any, duration: float) -> dict[str, Any]:
    """`findings`, and `picture`: width and height within the black bars, None without bars."""
    size = video.codec_context.width * video.codec_context.height
    frames = list(_spread(container, video, duration)) if size <= MOST_PIXELS else []
    findings: list[Finding] = []
    box = bars(frames) if len(frames) >= FEWEST else None
    if box:
        left, top, right, bottom = box
        width, height = frames[0].size
        if right - left < width:
            findings.append(Finding.PILLARBOX)
        if bottom - top < height:
            findings.append(Finding.LETTERBOX)
        frames = [frame.crop(box) for frame in frames]
    if is_upscaled(frames):
        findings.append(Finding.UPSCALED)
    if is_silent(container, audio):
        findings.append(Finding.SILENT)
    picture = (box[2] - box[0], box[3] - box[1]) if box else None
    return {"findings": [finding.value for finding in findings], "picture": picture}


def bars(frames: Sequence[Image.Image]) -> tuple[int, int, int, int] | None:
    """The box of the picture within black bars on both sides; None when there are none."""
    brightest = frames[0]
    for frame in frames[1:]:
        brightest = ImageChops.lighter(brightest, frame)
    width, height = brightest.size
    left, right = _edges(brightest.resize((width, min(height, 90)), Image.Resampling.BOX))
    turned = brightest.resize((min(width, 160), height), Image.Resampling.BOX)
    top, bottom = _edges(turned.transpose(Image.Transpose.TRANSPOSE))
    box = (left, top, width - right, height - bottom)
    return box if box != (0, 0, width, height) else None


def is_upscaled(frames: Sequence[Image.Image]) -> bool:
    """Whether no frame shows anything that fewer lines could not."""
    short = min(frames[0].size, default=0) if frames else 0
    if short < LEAST_LINES:
        return False
    middles = [_middle(frame) for frame in frames]
    textured = sorted(((_loss(one, 0.25), one) for one in middles), key=itemgetter(0))
    sharpest = [one for loss, one in textured if loss >= TEXTURE][-SHARPEST:]
    if len(sharpest) < FEWEST:
        return False
    parts = [step / short for step in STEPS if step < short * 0.9]
    return any(all(_detail(one, part) < DETAIL for one in sharpest) for part in parts)


def is_silent(container: Any, audio: Any) -> bool:
    """Whether all of the sound is digital silence."""
    from av import AudioResampler
    from av.error import FFmpegError

    resampler = AudioResampler(format="s16", layout="mono", rate=8000)
    container.seek(container.start_time or 0)
    heard = False
    for packet in container.demux(audio):
        try:
            frames = [one for frame in packet.decode() for one in resampler.resample(frame)]
        except FFmpegError:
            continue
        for frame in frames:
            heard = True
            samples = memoryview(bytes(frame.planes[0]))[: frame.samples * 2].cast("h")
            if samples and max(max(samples), -min(samples)) > SILENCE:
                return False
            if frame.time is not None and frame.time > LONGEST_SILENCE:
                return True
    return heard


def _spread(container: Any, video: Any, duration: float) -> Iterator[Image.Image]:
    """Different frames from all over the file, in grey: key frames where there are enough."""
    video.codec_context.skip_frame = "NONKEY"
    found = dict(_key_frames(container, video, duration))
    video.codec_context.skip_frame = "DEFAULT"
    if len(found) < FRAMES // 2:
        found |= dict(_in_a_row(container, video))
    yield from (found[at] for at in sorted(found))


def _key_frames(container: Any, video: Any, duration: float) -> Iterator[tuple[int, Image.Image]]:
    start = container.start_time or 0
    for number in range(FRAMES):
        container.seek(start + int((number + 0.5) / FRAMES * duration * 1_000_000))
        frame = next(_decoded(container, video), None)
        if frame is not None and frame.pts is not None:
            yield frame.pts, _grey(frame)


def _in_a_row(container: Any, video: Any) -> Iterator[tuple[int, Image.Image]]:
    """Some of the first frames, for a file that has hardly any key frames."""
    container.seek(container.start_time or 0)
    for number, frame in enumerate(_decoded(container, video)):
        if number >= FORWARD:
            return
        if number % (FORWARD // (2 * FRAMES)) == 0 and frame.pts is not None:
            yield frame.pts, _grey(frame)


def _decoded(container: Any, video: Any) -> Iterator[Any]:
    from av.error import FFmpegError

    for packet in container.demux(video):
        try:
            yield from packet.decode()
        except FFmpegError:
            continue


def _grey(frame: Any) -> Image.Image:
    grey = frame.reformat(format="gray")
    plane = grey.planes[0]
    size = (grey.width, grey.height)
    return Image.frombytes("L", size, bytes(plane), "raw", "L", plane.line_size)


def _edges(brightest: Image.Image) -> tuple[int, int]:
    """How wide the black bars left and right are; 0, 0 when these are no bars."""
    width, height = brightest.size
    columns = brightest.transpose(Image.Transpose.TRANSPOSE).tobytes()
    tops = [max(columns[at : at + height]) for at in range(0, width * height, height)]
    left = next((at for at, top in enumerate(tops) if top > BLACK), width)
    right = next((at for at, top in enumerate(reversed(tops)) if top > BLACK), width)
    if left + right >= width or min(left, right) < width * NARROWEST:
        return 0, 0
    if abs(left - right) > width * UNEVEN:
        return 0, 0
    margin = max(2, width // 100)  # the edge is soft where the bars were there before encoding
    ends = all(
        _is_lit(columns[at * height : (at + margin) * height], height)
        for at in (left, width - right - margin)
    )
    return (left, right) if ends else (0, 0)


def _is_lit(columns: bytes, height: int) -> bool:
    """Whether much of the picture's edge was bright at some time."""
    rows = (max(columns[at::height]) for at in range(height))
    return sum(row >= LIT for row in rows) >= height * BESIDE


def _middle(frame: Image.Image) -> Image.Image:
    width, height = (min(*sides) for sides in zip(frame.size, WITHIN, strict=True))
    left, top = (frame.width - width) // 2, (frame.height - height) // 2
    return frame.crop((left, top, left + width, top + height))


def _detail(frame: Image.Image, part: float) -> float:
    """What is lost at a part of the lines, as a part of what is lost at half of that."""
    return _loss(frame, part) / _loss(frame, part / 2)


def _loss(frame: Image.Image, part: float) -> float:
    """What is lost when a picture is shrunk to a part of its sides and blown up again."""
    width, height = frame.size
    small = (max(1, round(width * part)), max(1, round(height * part)))
    resized = frame.resize(small, Image.Resampling.LANCZOS)
    again = resized.resize(frame.size, Image.Resampling.LANCZOS)
    (lost,) = ImageStat.Stat(ImageChops.difference(frame, again)).rms
    return float(lost)
