"""Settings: environment, then row, then default; seen by every process; secrets sealed."""

import json
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mvidarr import settings
from mvidarr.core import db
from mvidarr.core.config import Config
from mvidarr.core.crypto import Vault
from mvidarr.core.errors import BootError, Conflict, Invalid, NotFound
from mvidarr.models import Setting
from mvidarr.settings import download_options, options, service_options, values
from tests.conftest import SECRET, until
from tests.fakes.together import together
from tests.fakes.undone import undone

KEY = "imvdb-key-of-the-tests"


@pytest.fixture
def watchers() -> Iterator[list[Any]]:
    """What runs after changes, put back at the end."""
    kept = values._watchers[:]
    yield values._watchers
    values._watchers[:] = kept


class OtherProcess:
    """A second copy of the values, as another process has one; entered with `with`."""

    def __init__(self, environ: dict[str, str] | None = None) -> None:
        self.store = values._Store(Vault((SECRET,)), settings.check_environment(environ or {}))

    def __enter__(self) -> None:
        self.own, values._store = values._store, self.store

    def __exit__(self, *_: object) -> None:
        values._store = self.own


def set_up(**environ: str) -> None:
    settings.set_up((SECRET,), {f"MVIDARR_{name}": value for name, value in environ.items()})


def row(key: str) -> Any:
    return Setting.get_or_none(Setting.key == key)


def test_nothing_set_means_the_default(database: Config) -> None:
    shown = settings.show(download_options.download_retries)

    assert settings.get(download_options.download_retries) == 3
    assert (shown.value, shown.is_set, shown.source, shown.is_fixed) == (3, False, "default", False)


def test_a_change_holds_at_once_and_after_a_restart(database: Config) -> None:
    assert settings.change({"download_retries": "5", "subtitle_languages": "en, de"}, 7) == [
        "download_retries",
        "subtitle_languages",
    ]
    for _ in range(2):
        assert settings.get(download_options.download_retries) == 5
        assert settings.get(download_options.subtitle_languages) == ["en", "de"]
        assert settings.show(download_options.download_retries).source == "database"
        set_up()
    assert row("download_retries").by_user_id == 7


def test_the_environment_wins_over_the_row(database: Config) -> None:
    settings.change({"download_retries": 5})
    set_up(DOWNLOAD_RETRIES="9")

    shown = settings.show(download_options.download_retries)

    assert settings.get(download_options.download_retries) == 9
    assert (shown.source, shown.is_fixed, shown.is_set) == ("environment", True, True)


def test_what_the_environment_fixes_cannot_be_changed(database: Config) -> None:
    set_up(DOWNLOAD_RETRIES="9")

    with pytest.raises(Conflict, match="MVIDARR_DOWNLOAD_RETRIES"):
        settings.change({"download_retries": 9, "sponsorblock": "cut"})
    with pytest.raises(Conflict, match="MVIDARR_DOWNLOAD_RETRIES"):
        settings.reset("download_retries")
    assert settings.get(download_options.sponsorblock) == "off"


def test_a_value_can_come_from_a_file(database: Config, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n")
    set_up(IMVDB_API_KEY_FILE=str(tmp_path / "key"))

    assert settings.get(service_options.imvdb_api_key) == KEY
    with pytest.raises(BootError, match="not both"):
        set_up(IMVDB_API_KEY_FILE=str(tmp_path / "key"), IMVDB_API_KEY=KEY)


def test_an_unknown_variable_only_warns(database: Config, caplog: pytest.LogCaptureFixture) -> None:
    set_up(DOWNLOAD_RETRYS="9", DATA="/x", PORT_FILE="/y", SECRET="z")

    warned = [record.getMessage() for record in caplog.records]
    assert warned == ["environment unknown variable=MVIDARR_DOWNLOAD_RETRYS"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("DOWNLOAD_RETRIES", "many"), ("SPONSORBLOCK", "never"), ("NAMING_TEMPLATE", "{Nope}")],
)
def test_an_invalid_variable_refuses_to_start(database: Config, name: str, value: str) -> None:
    with pytest.raises(BootError, match=f"MVIDARR_{name} is not valid: ") as caught:
        set_up(**{name: value})
    assert str(caught.value).endswith(".")


# changing


def test_all_or_none(database: Config) -> None:
    with pytest.raises(Invalid) as caught:
        settings.change(
            {"download_retries": 5, "sponsorblock": "never", "library_path": "x", "no": 1}
        )

    assert set(caught.value.fields) == {"sponsorblock", "library_path", "no"}
    assert settings.get(download_options.download_retries) == 3
    assert Setting.select().where(Setting.value.is_null(False)).count() == 0


def test_only_what_is_different_counts_as_changed(database: Config) -> None:
    settings.change({"download_retries": 5})

    assert settings.change({"download_retries": "5", "sponsorblock": "off"}) == []
    assert row("sponsorblock") is None


def test_a_reset_keeps_the_row_so_that_others_notice(database: Config) -> None:
    settings.change({"download_retries": 5})
    before = row("download_retries").revision

    settings.reset("download_retries")

    assert settings.get(download_options.download_retries) == 3
    assert settings.show(download_options.download_retries).source == "default"
    assert row("download_retries").value is None
    assert row("download_retries").revision > before


def test_unknown_keys_are_not_found(database: Config) -> None:
    with pytest.raises(NotFound):
        settings.reset("no_such_setting")
    with pytest.raises(NotFound):
        settings.find("no_such_setting")


def test_a_rolled_back_change_never_held(database: Config) -> None:
    settings.get(download_options.download_retries)
    with undone():
        settings.change({"download_retries": 5})
        values._store.looked_at = -values.LOOK_EVERY  # as if a second had passed
        settings.get(download_options.download_retries)

    assert settings.get(download_options.download_retries) == 3
    settings.change({"download_retries": 7})
    assert settings.get(download_options.download_retries) == 7


def test_a_change_inside_a_transaction_holds_with_its_commit(database: Config) -> None:
    with db.atomic():
        settings.change({"download_retries": 5})

    assert settings.get(download_options.download_retries) == 5


# other processes


def test_another_process_sees_a_change_within_a_second(
    database: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    other = OtherProcess()
    with other:
        assert settings.get(download_options.download_retries) == 3
    settings.change({"download_retries": 5})
    with other:
        now[0] += 0.9
        assert settings.get(download_options.download_retries) == 3
        now[0] += 0.2
        assert settings.get(download_options.download_retries) == 5
    settings.reset("download_retries")
    with other:
        now[0] += 1.1
        assert settings.get(download_options.download_retries) == 3


def test_looking_asks_the_database_once_a_second(database: Config) -> None:
    settings.get(download_options.download_retries)
    with db.counting() as counter:
        for _ in range(50):
            settings.get(download_options.sponsorblock)

    assert len(counter) <= 1


def test_a_change_is_compared_with_the_database_not_with_our_copy(database: Config) -> None:
    other = OtherProcess()
    with other:
        assert settings.get(download_options.download_retries) == 3
    settings.change({"download_retries": 5})

    with other:  # still believes 3
        assert settings.change({"download_retries": 3}) == ["download_retries"]
    assert row("download_retries").value == "3"


def test_those_who_watch_are_told_in_every_process(database: Config, watchers: list[Any]) -> None:
    told: list[str] = []
    settings.on_change(download_options.download_retries, download_options.sponsorblock)(
        lambda: told.append("ours")
    )
    settings.on_change(options.log_level)(lambda: told.append("level"))
    other = OtherProcess()
    with other:
        settings.get(download_options.download_retries)

    settings.change({"download_retries": 5, "sponsorblock": "cut"})
    assert told == ["ours"]
    with other:
        values._store.looked_at = -values.LOOK_EVERY
        settings.get(download_options.sponsorblock)
    assert told == ["ours", "ours"]
    settings.change({"download_retries": 5})
    assert told == ["ours", "ours"]


def test_changes_at_the_same_moment_all_get_noticed(database: Config) -> None:
    """A reader who has seen revision n has seen all below it, whoever committed when."""
    keys = [option.key for option in options.ALL if option.kind is settings.Kind.INTEGER][:6]
    reader, done = OtherProcess().store, threading.Event()
    seen: list[str] = []

    def read() -> None:
        while not done.is_set():
            with db.session():
                rows = list(Setting.select().where(Setting.revision > reader.revision))
            reader.revision = max([reader.revision, 0, *(one.revision for one in rows)])
            seen.extend(one.key for one in rows)

    def write(key: str) -> None:
        with db.session():
            db.transact(lambda: settings.change({key: options.BY_KEY[key].default + 1}))

    threads = [threading.Thread(target=write, args=(key,)) for key in keys]
    watching = threading.Thread(target=read)
    watching.start()
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        until(lambda: set(keys) <= set(seen))
    finally:
        done.set()
        watching.join(60)
    revisions = [one.revision for one in Setting.select().where(Setting.key.in_(keys))]
    assert len(set(revisions)) == len(keys)


def test_no_two_changes_have_one_revision(database: Config) -> None:
    keys = [option.key for option in options.ALL if option.kind is settings.Kind.INTEGER][:4]

    def write(turn: int, number: int) -> None:
        default = options.BY_KEY[keys[number]].default
        db.transact(lambda: settings.change({keys[number]: default + turn}))

    for turn in (1, 2, 1, 2, 1, 2):
        assert together(4, partial(write, turn)) == [None] * 4
        rows = Setting.select().where(Setting.key.in_(keys))
        assert len({one.revision for one in rows}) == 4


# secrets


def test_secrets_are_sealed_in_the_row_and_masked_when_shown(database: Config) -> None:
    settings.change({"imvdb_api_key": KEY})

    stored = row("imvdb_api_key").value
    shown = settings.show(service_options.imvdb_api_key)

    assert KEY not in stored
    assert settings.get(service_options.imvdb_api_key) == KEY
    assert (shown.value, shown.is_set, shown.ending) == (None, True, "ests")
    set_up()
    assert settings.get(service_options.imvdb_api_key) == KEY


def test_a_short_secret_shows_nothing_of_itself(database: Config) -> None:
    settings.change({"imvdb_api_key": "short-key"})

    assert settings.show(service_options.imvdb_api_key).ending == ""


def test_a_secret_of_another_house_is_as_good_as_none(
    database: Config, caplog: pytest.LogCaptureFixture
) -> None:
    settings.change({"imvdb_api_key": KEY, "download_retries": 5})
    settings.set_up(("a completely different secret of 40 chars",), {})

    assert settings.get(service_options.imvdb_api_key) == ""
    assert not settings.show(service_options.imvdb_api_key).is_set
    assert settings.get(download_options.download_retries) == 5
    assert "setting unreadable key=imvdb_api_key" in caplog.text
    assert settings.change({"imvdb_api_key": KEY}) == ["imvdb_api_key"]
    assert settings.get(service_options.imvdb_api_key) == KEY


def test_rows_of_other_versions_do_no_harm(database: Config) -> None:
    Setting.create(key="of_the_future", value='"x"', revision=1)
    Setting.create(key="sponsorblock", value='"never"', revision=2)
    Setting.create(key="download_retries", value="{broken", revision=3)

    assert settings.get(download_options.sponsorblock) == "off"
    assert settings.get(download_options.download_retries) == 3
    settings.change({"sponsorblock": "cut"})
    assert settings.get(download_options.sponsorblock) == "cut"
    assert settings.revision() > 3


def test_every_setting_is_shown_and_can_be_sent_as_json(database: Config) -> None:
    shown = settings.all_values()

    assert [one.option for one in shown] == list(options.ALL)
    json.dumps([one.value for one in shown])
