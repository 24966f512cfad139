"""Opening the data folder, the same way in every process."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mvidarr import migrations, settings
from mvidarr.core import db, logs
from mvidarr.core.config import Config
from mvidarr.governor import services
from mvidarr.media import disks
from mvidarr.settings import download_options, service_options
from mvidarr.system import boot
from tests.conftest import SECRET


@pytest.fixture
def levels(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The levels that the log was set to."""
    taken: list[int] = []
    monkeypatch.setattr(logs, "set_level", taken.append)
    return taken


@pytest.fixture
def opened(database: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[Config]:
    """The empty database of this test, opened as a process opens it."""
    monkeypatch.setattr(services, "_ca", None)
    boot.open_data(database, db.Options(full_sync=False))
    with db.session():
        yield database
    db.disconnect()


def test_what_was_set_is_there_after_a_restart(opened: Config) -> None:
    assert migrations.pending() == []
    settings.change({"imvdb_api_key": "imvdb-key-of-the-tests"})
    boot.open_data(opened)

    assert settings.get(service_options.imvdb_api_key) == "imvdb-key-of-the-tests"


def test_further_authorities_reach_the_services(opened: Config) -> None:
    assert services.authorities() is None
    ca = opened.data / "ca.pem"
    boot.open_data(replace(opened, ca=ca))

    assert services.authorities() == ca
    assert services.conf(services.find("musicbrainz")).ca == ca


def test_a_network_disk_gets_a_journal_that_it_can_keep(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disks, "filesystem_kind", lambda path: "cifs")
    url = f"sqlite:///{data_folder}/mvidarr.db"
    boot.open_data(Config(data=data_folder, database_url=url, secrets=(SECRET,)))
    with db.session():
        mode = db.database.execute_sql("PRAGMA journal_mode").fetchone()[0]
    db.disconnect()

    assert mode == "delete"


def test_the_log_follows_its_setting(opened: Config, levels: list[int]) -> None:
    settings.change({"log_level": "debug"})
    settings.reset("log_level")

    assert levels == [logging.DEBUG, logging.INFO]


def test_the_log_follows_what_was_set_before_the_start(opened: Config, levels: list[int]) -> None:
    settings.change({"log_level": "warning"})
    levels.clear()
    boot.open_data(opened)
    settings.get(download_options.sponsorblock)

    assert levels == [logging.WARNING]


def test_the_log_follows_the_environment(
    opened: Config, levels: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MVIDARR_LOG_LEVEL", "debug")
    boot.open_data(opened)
    settings.get(download_options.sponsorblock)

    assert levels == [logging.DEBUG]
