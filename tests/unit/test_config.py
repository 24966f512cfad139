"""Boot facts: where they come from, and one sentence for each that is wrong."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import trustme

from mvidarr.core import config, db
from mvidarr.core.errors import BootError

GOOD_SECRET = "Pm5vYXJ0aXN0IGtub3dzIHRoaXMgb25lIQ"


def load(data: Path, **facts: str) -> config.Config:
    return config.load({"MVIDARR_DATA": str(data), **facts})


def problem(data: Path, **facts: str) -> str:
    with pytest.raises(BootError) as caught:
        load(data, **facts)
    assert str(caught.value).endswith(".")
    return str(caught.value)


def test_defaults_are_for_one_person_at_home(tmp_path: Path) -> None:
    made = load(tmp_path / "data")

    assert (made.host, made.port) == ("127.0.0.1", 8642)
    assert made.address == "http://127.0.0.1:8642"
    assert made.database_url == f"sqlite:///{tmp_path}/data/mvidarr.db"
    assert made.is_sqlite
    assert made.ca is None
    assert {path.name for path in made.data.iterdir()} == {
        *("thumbs", "backups", "logs", "tools"),
        "secret",
    }


def test_data_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    assert load(tmp_path / "new").data.stat().st_mode & 0o777 == 0o700


def test_data_folder_follows_the_desktop_standard(tmp_path: Path) -> None:
    made = config.load({"XDG_DATA_HOME": str(tmp_path)})

    assert made.data == tmp_path / "mvidarr"


def test_data_folder_lies_below_the_home_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    assert config.load({}).data == tmp_path / ".local" / "share" / "mvidarr"
    assert load(Path("~/videos")).data == tmp_path / "videos"


def test_an_account_without_home_only_needs_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def homeless(*_: Any) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    monkeypatch.setattr(Path, "expanduser", lambda self: homeless() if "~" in str(self) else self)

    assert load(tmp_path).data == tmp_path
    with pytest.raises(BootError, match="set MVIDARR_DATA"):
        config.load({})


def test_odd_characters_in_the_data_folder_reach_the_database(tmp_path: Path) -> None:
    made = load(tmp_path / "100%25 música & more?#")

    db.connect(made.database_url)
    with db.session():
        db.database.execute_sql("CREATE TABLE t (x INTEGER)")
    db.disconnect()
    assert (made.data / "mvidarr.db").is_file()


def test_facts_come_from_files_too(tmp_path: Path) -> None:
    secret, port = tmp_path / "s", tmp_path / "p"
    secret.write_text(f"{GOOD_SECRET}\nan older one that is still read\n")
    port.write_text("9000\n")

    made = load(tmp_path / "data", MVIDARR_SECRET_FILE=str(secret), MVIDARR_PORT_FILE=str(port))

    assert made.secrets == (GOOD_SECRET, "an older one that is still read")
    assert made.port == 9000
    assert not (made.data / "secret").exists()


def test_a_fact_and_its_file_together_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "host"
    file.write_text("0.0.0.0")

    said = problem(tmp_path, MVIDARR_HOST="::1", MVIDARR_HOST_FILE=str(file))

    assert said == "Set MVIDARR_HOST or MVIDARR_HOST_FILE, not both."


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    assert "MVIDARR_PORT_FILE" in problem(tmp_path, MVIDARR_PORT_FILE=str(tmp_path / "none"))
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    assert "MVIDARR_PORT_FILE" in problem(tmp_path, MVIDARR_PORT_FILE=str(tmp_path / "binary"))


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "80.5"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    assert problem(tmp_path, MVIDARR_PORT=port).startswith("MVIDARR_PORT must be a number")


def test_an_address_of_version_six_is_written_in_brackets(tmp_path: Path) -> None:
    assert load(tmp_path, MVIDARR_HOST="::1").address == "http://[::1]:8642"


# the secret


def test_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first, second = load(tmp_path), load(tmp_path)

    assert first.secrets == second.secrets
    assert len(first.secrets[0]) >= 48
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_starts_at_the_same_moment_make_one_secret(tmp_path: Path) -> None:
    """A start that is late reads the whole secret of the first, never an empty file."""
    code = (
        "import sys; from mvidarr.core import config; sys.stdin.readline();"
        "print(*config.load({'MVIDARR_DATA': sys.argv[1]}).secrets)"
    )
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            text=True,
        )
        for _ in range(6)
    ]
    for start in starts:
        assert start.stdin is not None
        start.stdin.write("go\n")
        start.stdin.flush()
    said = {start.communicate(timeout=60)[0] for start in starts}

    assert said == {(tmp_path / "secret").read_text()}
    assert [start.returncode for start in starts] == [0] * 6


def test_a_secret_in_the_making_is_never_seen_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    winner = load(tmp_path).secrets

    def late(self: Path) -> bool:  # the other start was faster between look and making
        return False

    monkeypatch.setattr(Path, "exists", late)

    assert load(tmp_path).secrets == winner


def test_a_disk_without_links_gets_a_secret_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)

    assert load(tmp_path).secrets == load(tmp_path).secrets
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_an_empty_secret_is_not_replaced_silently(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("\n")

    assert "is empty" in problem(tmp_path)


def test_a_secret_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\xff\xfe")

    assert f"The secret {tmp_path}/secret cannot be" in problem(tmp_path)


@pytest.mark.parametrize("secret", ["changeme", "mvidarr", "a" * 40, "123123123123123123123123"])
def test_an_easy_secret_is_refused(tmp_path: Path, secret: str) -> None:
    assert problem(tmp_path, MVIDARR_SECRET=secret).startswith("MVIDARR_SECRET is too easy")
    (tmp_path / "secret").write_text(secret)
    assert "secret is too easy" in problem(tmp_path)


# folders and certificates


def test_a_data_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    said = problem(tmp_path / "file")

    assert said == f"The data folder {tmp_path}/file cannot be written to: File exists."


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.write_bytes

    def full(self: Path, content: bytes) -> int:
        real(self, content[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)

    assert problem(tmp_path).endswith("cannot be written to: No space left on device.")
    assert list(tmp_path.glob(".write-test*")) == []


def test_authorities_are_kept_as_a_file(tmp_path: Path) -> None:
    pem = trustme.CA().cert_pem.bytes().decode()
    (tmp_path / "mine.pem").write_text(f"# Autorité de la maison\n{pem}")

    made = load(tmp_path / "data", MVIDARR_CA_FILE=str(tmp_path / "mine.pem"))
    again = load(tmp_path / "data", MVIDARR_CA=pem)

    assert made.ca == again.ca == tmp_path / "data" / "ca.pem"
    assert again.ca.read_text().strip() == pem.strip()
    assert list(made.data.glob(".ca*")) == []


def test_authorities_that_cannot_be_kept_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, content: str, encoding: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    pem = trustme.CA().cert_pem.bytes().decode()

    assert problem(tmp_path, MVIDARR_CA=pem).endswith("ca.pem: No space left on device.")


@pytest.mark.parametrize("pem", ["/etc/ssl/mine.pem", "-----BEGIN CERTIFICATE-----\nx\n-----END"])
def test_authorities_that_are_none_are_refused(tmp_path: Path, pem: str) -> None:
    assert "MVIDARR_CA_FILE" in problem(tmp_path, MVIDARR_CA=pem)


def test_templates_and_static_files_are_found() -> None:
    assert (config.resource_dir("templates") / "layout" / "base.html").is_file()
    assert (config.resource_dir("static") / "icons.svg").is_file()
