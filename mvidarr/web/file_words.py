"""What a file is, in words: codecs, containers, loudness, findings."""

from collections.abc import Mapping
from typing import Any

from mvidarr.core.terms import Finding

CODECS: Mapping[str, str] = {
    "h264": "H.264",
    "hevc": "H.265",
    "av1": "AV1",
    "vp9": "VP9",
    "vp8": "VP8",
    "mpeg4": "MPEG-4",
    "mpeg2video": "MPEG-2",
    "mpeg1video": "MPEG-1",
    "wmv3": "WMV",
    "vc1": "VC-1",
    "prores": "ProRes",
    "aac": "AAC",
    "opus": "Opus",
    "vorbis": "Vorbis",
    "mp3": "MP3",
    "mp2": "MP2",
    "flac": "FLAC",
    "alac": "ALAC",
    "ac3": "Dolby Digital",
    "eac3": "Dolby Digital Plus",
    "dts": "DTS",
    "truehd": "Dolby TrueHD",
}
CONTAINERS: Mapping[str, str] = {
    "mp4": "MP4",
    "mov": "QuickTime",
    "matroska": "Matroska",
    "webm": "WebM",
    "avi": "AVI",
    "mpegts": "MPEG-TS",
    "mpeg": "MPEG",
    "flv": "Flash",
    "asf": "Windows Media",
    "ogg": "Ogg",
}
HDR: Mapping[str, str] = {"hdr10": "HDR10", "hlg": "HLG", "dolbyvision": "Dolby Vision"}
CHANNELS: Mapping[int, str] = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}
FINDINGS: Mapping[str, str] = {
    Finding.LOW_RESOLUTION: "Fewer lines than wanted",
    Finding.NO_AUDIO: "No sound",
    Finding.SILENT: "Silent",
    Finding.WRONG_DURATION: "Another length than the upload",
    Finding.PILLARBOX: "Black bars left and right",
    Finding.LETTERBOX: "Black bars above and below",
    Finding.UPSCALED: "Seems to be blown up",
}


def codec(name: str | None) -> str:
    return CODECS.get(name or "", (name or "").upper())


def container(name: str | None) -> str:
    return CONTAINERS.get(name or "", (name or "").upper())


def hdr(name: str | None) -> str:
    return HDR.get(name or "", (name or "").upper())


def channels(count: int | None) -> str:
    return CHANNELS.get(count or 0, f"{count} channels" if count else "")


def finding(name: str) -> str:
    return FINDINGS.get(name, name.replace("_", " ").capitalize())


def loudness(file: Any) -> str:
    """−9.3 LUFS, peak −0.2 dBTP; empty before it was measured."""
    if file.measured_at is None:
        return ""
    if file.loudness is None:
        return "not known"
    said = f"{_signed(file.loudness)} LUFS"
    return said if file.true_peak is None else f"{said}, peak {_signed(file.true_peak)} dBTP"


def _signed(number: float) -> str:
    return f"{number:.1f}".replace("-", "−")


FILTERS = {
    "codec": codec,
    "container": container,
    "hdr": hdr,
    "channels": channels,
    "finding": finding,
    "loudness": loudness,
}
