"""What yt-dlp's words mean: one cause for each, and a sentence for every cause."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

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
