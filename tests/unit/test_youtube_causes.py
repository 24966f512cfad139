"""What yt-dlp's words mean: one cause for each, and a sentence for every cause."""

import importlib.util
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from mvidarr.core.terms import Cause
from mvidarr.integrations.youtube import causes
from mvidarr.integrations.youtube.causes import Failure

WORDS = [
    ("This video is private", Cause.PRIVATE),
    ("Private video. Sign in if you've been granted access to this video", Cause.PRIVATE),
    ("Video unavailable", Cause.REMOVED),
    ("Video unavailable. This video has been removed by the uploader", Cause.REMOVED),
    (
        "Video unavailable. This video is no longer available because the YouTube account "
        "associated with this video has been terminated.",
        Cause.REMOVED,
    ),
    (
        "Video unavailable. This video contains content from WMG, who has blocked it on "
        "copyright grounds",
        Cause.REMOVED,
    ),
    (
        "Video unavailable. This video contains content from SME, who has blocked it in your "
        "country on copyright grounds",
        Cause.GEO_BLOCKED,
    ),
    ("The uploader has not made this video available in your country", Cause.GEO_BLOCKED),
    (
        "Join this channel to get access to members-only content like this video",
        Cause.MEMBERS_ONLY,
    ),
    (
        "This video is available to this channel's members on level: Fans (or any higher level)",
        Cause.MEMBERS_ONLY,
    ),
    ("This video is only available to Music Premium members", Cause.PREMIUM_ONLY),
    ("Sign in to confirm your age. This video may be inappropriate", Cause.AGE_RESTRICTED),
    ("Premieres in 3 hours", Cause.NOT_YET),
    ("Premiere will begin shortly", Cause.NOT_YET),
    ("This live event will begin in 2 days.", Cause.NOT_YET),
    ("This live stream has not ended.", Cause.NOT_YET),
    ("Sign in to confirm you’re not a bot", Cause.BOT_WALL),
    ("Sign in to confirm you're not a bot", Cause.BOT_WALL),
    ("All player responses are invalid. Your IP is likely being blocked", Cause.BOT_WALL),
    ("Video unavailable. This content isn't available, try again later.", Cause.THROTTLED),
    ("Unable to download API page: HTTP Error 429: Too Many Requests", Cause.THROTTLED),
    ("The page needs to be reloaded.", Cause.STALE_URL),
    ("Requested format is not available. Use --list-formats", Cause.FORMAT_MISSING),
    ("You have requested merging of multiple formats but ffmpeg is not installed",
     Cause.TOOL_MISSING),
    ("unable to write data: [Errno 28] No space left on device", Cause.DISK_FULL),
    ("unable to open for writing: [Errno 30] Read-only file system: 'a'", Cause.LIBRARY_OFFLINE),
    ("[Errno 116] Stale file handle", Cause.LIBRARY_OFFLINE),
    ("[download] Got error: 1000 bytes read, 2645185 more expected", Cause.NETWORK),
    ("The read operation timed out", Cause.NETWORK),
    ("Failed to resolve 'www.youtube.com' ([Errno -3] Temporary failure in name resolution)",
     Cause.NETWORK),
    ("Unable to download API page: HTTP Error 503: Service Unavailable", Cause.NETWORK),
    ("Postprocessing: file:a.f137.mp4: Invalid data found", Cause.TOOL_FAILED),
    ("Unable to extract title", Cause.EXTRACTOR),
    ("Please sign in. Use --cookies-from-browser or --cookies", Cause.AGE_RESTRICTED),
    ("This video is age-restricted and only available on YouTube", Cause.AGE_RESTRICTED),
    ("This video is only available for registered users", Cause.AGE_RESTRICTED),
    ("This video requires payment to watch", Cause.PREMIUM_ONLY),
    ("This video requires purchase", Cause.PREMIUM_ONLY),
    ("This video is DRM protected", Cause.FORMAT_MISSING),
    ("We're processing this video. Check back later.", Cause.NOT_YET),
    ("Offline.", Cause.NOT_YET),
    ("This live stream recording is not available.", Cause.REMOVED),
    ("This live event has ended.", Cause.REMOVED),
    ("This video isn't available any more", Cause.REMOVED),
    ("Video unavailable. The uploader has closed their YouTube account", Cause.REMOVED),
    ("This video contains content from UMG, who has blocked it from display on this website",
     Cause.REMOVED),
    ("Video unavailable. This video is restricted. Please check the Google Workspace administrator",
     Cause.GEO_BLOCKED),
    ("Sorry. YouTube is requiring a captcha challenge before playback", Cause.BOT_WALL),
    ("Our systems have detected unusual traffic from your network", Cause.BOT_WALL),
    ("This request has been blocked due to its TLS fingerprint", Cause.BOT_WALL),
    ("fragment 3 not found, unable to continue", Cause.STALE_URL),
    ("The downloaded file is empty", Cause.STALE_URL),
    ("m3u8 download detected but ffmpeg could not be found. Please install", Cause.TOOL_MISSING),
    ("Incomplete data received", Cause.NETWORK),
    ("Did not get any data blocks", Cause.NETWORK),
    ("This video is protected by a password, use the --video-password option", Cause.PRIVATE),
    ("Cannot download embed-only video without embedding URL. Please call", Cause.PRIVATE),
    ("Something that YouTube never said before", Cause.EXTRACTOR),
]  # fmt: skip


@pytest.mark.parametrize(("text", "cause"), WORDS, ids=[text[:40] for text, _ in WORDS])
def test_words_name_the_cause(text: str, cause: Cause) -> None:
    assert causes.classify(causes.failure({"text": f"ERROR: {text}"})) is cause


@pytest.mark.parametrize("status", [403, 404, 410])
def test_refused_media_is_a_stale_address(status: int) -> None:
    failed = Failure(text=f"HTTP Error {status}: No", status=status, from_media=True)

    assert causes.classify(failed) is Cause.STALE_URL


def test_refused_question_is_the_wall() -> None:
    failed = Failure(text="HTTP Error 403: Forbidden", status=403)

    assert causes.classify(failed) is Cause.BOT_WALL


@pytest.mark.parametrize(
    ("warning", "cause"),
    [
        ("HTTP Error 429: Too Many Requests", Cause.THROTTLED),
        ("HTTP Error 403: Forbidden", Cause.BOT_WALL),
        ("HTTP Error 502: Bad Gateway", Cause.NETWORK),
        ("The read operation timed out", Cause.NETWORK),
        ("Failed to parse JSON", Cause.EXTRACTOR),
        ("ffmpeg not found. Install it", Cause.FORMAT_MISSING),
    ],
)
def test_warnings_tell_why_nothing_was_found(warning: str, cause: Cause) -> None:
    failed = Failure(text="No video formats found!", warnings=("Something odd", warning))

    assert causes.classify(failed) is cause


def test_unsolved_challenge_is_no_lack_of_formats() -> None:
    warning = "n challenge solving failed: Some formats may be missing."
    failed = Failure(text="Requested format is not available", warnings=(warning,))

    assert causes.classify(failed) is Cause.EXTRACTOR
    assert causes.classify(failed, has_js_runtime=False) is Cause.TOOL_MISSING


def test_missing_formats_without_a_runtime_are_a_missing_tool() -> None:
    failed = Failure(text="Requested format is not available")

    assert causes.classify(failed, has_js_runtime=False) is Cause.TOOL_MISSING


def test_new_failure_of_the_media_is_unknown() -> None:
    assert causes.classify(Failure(text="Odd thing", from_media=True)) is Cause.UNKNOWN


@pytest.mark.parametrize("cause", list(causes.SENTENCES))
def test_every_cause_is_said_in_sentences(cause: Cause) -> None:
    said = causes.sentence(cause, "what yt-dlp said")

    assert said.endswith(".")
    assert said[0].isupper()


def test_every_cause_of_a_download_has_a_sentence() -> None:
    of_the_probe = {
        Cause.NO_AUDIO,
        Cause.NO_VIDEO,
        Cause.UNREADABLE,
        Cause.WRONG_DURATION,
        Cause.LOW_QUALITY,
    }

    assert set(causes.SENTENCES) == set(Cause) - of_the_probe


def test_certificate_and_proxy_have_sentences_of_their_own() -> None:
    certificate = causes.sentence(Cause.NETWORK, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate")
    proxy = causes.sentence(Cause.NETWORK, "('Unable to connect to proxy', ...)")

    assert "MVIDARR_CA" in certificate
    assert "outbound proxy" in proxy


def test_clean_takes_colours_prefix_advice_and_passwords_away() -> None:
    text = (
        "\x1b[0;31mERROR:\x1b[0m [youtube] abcdefghijk: Proxy http://me:secret@10.0.0.1:3128 "
        "refused;  please report this issue on github"
    )

    assert causes.clean(text) == "Proxy http://10.0.0.1:3128 refused"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("get https://rr5---sn.googlevideo.com/videoplayback?ip=1.2.3.4&sig=A failed",
         "get https://rr5---sn.googlevideo.com/… failed"),
        ("'https://manifest.googlevideo.com/api/manifest/hls/sig/AB/pot/CD' is bad",
         "'https://manifest.googlevideo.com/…' is bad"),
        ("see https://example.org/a/b.vtt?token=A&x=1 and #3",
         "see https://example.org/a/b.vtt?… and #3"),
        ("see https://example.org/plain", "see https://example.org/plain"),
    ],
    ids=["media", "manifest", "query", "plain"],
)  # fmt: skip
def test_clean_takes_signatures_of_addresses_away(said: str, kept: str) -> None:
    assert causes.clean(said) == kept


def test_sentences_name_the_site_that_it_was() -> None:
    for cause in causes.SENTENCES:
        assert "YouTube" not in causes.sentence(cause, site="Vimeo")


# Words that yt-dlp's own source still has: when they are gone, so may be the cause behind them.
IN_YTDLP = {
    "extractor/youtube/_video.py": (
        "Your IP is likely being blocked",
        "has been rate-limited by YouTube",
        "captcha challenge",
        "Failed to extract any player response",
        "confirm your age",
        "not made this video available in your country",
        "n challenge solving failed",
    ),
    "extractor/youtube/_base.py": ("cookies are no longer valid", "Incomplete data received"),
    "extractor/common.py": (
        "only available for registered users",
        "from your location",
    ),
    "YoutubeDL.py": (
        "No video formats found",
        "Requested format is not available",
        "This video is DRM protected",
    ),
    "downloader/http.py": ("unable to open for writing", "unable to write data", "Did not get any"),
    "downloader/fragment.py": ("not found, unable to continue", "downloaded file is empty"),
    "downloader/external.py": ("ffmpeg could not be found",),
    "postprocessor/ffmpeg.py": ("ffmpeg not found",),
    "extractor/vimeo.py": ("without embedding URL", "TLS fingerprint", "protected by a password"),
}


@pytest.mark.parametrize("file", IN_YTDLP)
def test_ytdlp_still_says_what_we_look_for(file: str) -> None:
    package = importlib.util.find_spec("yt_dlp")
    assert package
    assert package.origin
    source = (Path(package.origin).parent / file).read_text("utf-8")
    # a text may go over several lines of the source
    source = re.sub(r"""['"]\s*(\+\s*)?\n\s*f?['"]""", "", source)

    assert [words for words in IN_YTDLP[file] if words not in source] == []


def test_words_of_a_question_are_no_reason() -> None:
    text = 'ERROR: query ""Private Video" official music video" page 1: HTTP Error 500: No'

    assert causes.classify(causes.failure({"text": text})) is Cause.NETWORK


def test_retry_after_is_read_as_seconds_or_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)

    assert causes.seconds_of("120") == 120
    assert causes.seconds_of(later) == pytest.approx(90, abs=10)
    assert causes.seconds_of("Thu, 01 Jan 1970 00:00:00 GMT") == 0
    assert causes.seconds_of("soon") is None
    assert causes.seconds_of(None) is None
