"""Telling people under attack: numbers given out again, races, what libraries log, many rows."""

import logging

import pytest

from mvidarr import activity, settings
from mvidarr.activity import outbox as told
from mvidarr.core import clock, db, logs
from mvidarr.core.config import Config
from mvidarr.core.crypto import Vault
from mvidarr.core.errors import Conflict
from mvidarr.core.terms import Role
from mvidarr.delivery import log, outbox, targets, trials
from mvidarr.delivery.targets import NewTarget, Who
from mvidarr.models import Event, Outbox, Target, User
from mvidarr.system import housekeeping
from tests.conftest import SetClock
from tests.factories import fresh, make_artist, make_user, make_video
from tests.fakes.answers import Answer
from tests.fakes.raw import RawServer
from tests.fakes.receiver import Receiver, receiving

URL = "https://hooks.example.org/T0/SECRETPATH"


@pytest.fixture
def vault(database: Config) -> Vault:
    return Vault(database.secrets)


@pytest.fixture
def admin(database: Config) -> Who:
    return Who(id=make_user("Maren").id, is_admin=True)


def make(who: Who, vault: Vault, url: str = URL, name: str = "Home") -> Target:
    new = NewTarget(kind="webhook", name=name, url=url, events=["artist.added"])
    return targets.create(new, who, vault)[0]


def hear(receiver: Receiver, who: Who, vault: Vault) -> Target:
    new = NewTarget(kind="webhook", name="Home", url=receiver.url, events=["artist.added"])
    row, receiver.secret = targets.create(new, who, vault)
    return row


def happen(title: str = "Björk") -> Event:
    return activity.record("artist.added", title)


def work_off(vault: Vault) -> int:
    done = 0
    while (row := outbox.claim_next("here.1")) is not None:
        outbox.run(row, lambda: False, vault)
        done += 1
    return done


def test_a_forgotten_history_gives_no_number_out_again(
    admin: Who, vault: Vault, set_clock: SetClock
) -> None:
    settings.change({"history_days": 7})
    make(admin, vault)
    newest = [happen(f"Artist {number}").id for number in range(3)][-1]
    Outbox.update(state="done", active_key=None, ended_at=clock.now()).execute()

    set_clock.forward(8 * clock.DAY)
    housekeeping.clean(lambda *_: None)

    assert [event.id for event in Event.select()] == [newest]
    assert happen().id > newest  # the outbox still knows the old ones, and so do readers
    assert Outbox.select().count() == 4


def test_what_waits_for_a_target_that_was_switched_off_meanwhile_is_dropped(
    admin: Who, vault: Vault
) -> None:
    with receiving() as receiver:
        row = make(admin, vault, receiver.url)
        receiver.answers.append(Answer(status=503))
        happen()
        claimed = outbox.claim_next("here.1")
        assert claimed is not None
        targets.change(row.id, {"active": False}, admin, vault)
        outbox.run(claimed, lambda: False, vault)

    assert receiver.requests == []
    assert fresh(claimed).state == "cancelled"


@pytest.mark.parametrize(
    "change", [{"active": False}, {"role": Role.READONLY}], ids=["switched off", "demoted"]
)
def test_nothing_more_is_told_for_somebody_who_may_have_no_targets_any_more(
    database: Config, vault: Vault, change: dict[str, object]
) -> None:
    ole = make_user("Ole", role=Role.MANAGER)
    with receiving() as receiver:
        row = make(Who(id=ole.id, is_admin=True), vault, receiver.url)
        happen()
        User.update(**change).where(User.id == ole.id).execute()

        assert not told.is_told(row.id)
        assert work_off(vault) == 1

    assert receiver.requests == []


def test_a_message_is_not_sent_again_to_a_target_that_is_off(admin: Who, vault: Vault) -> None:
    with receiving() as receiver:
        row = hear(receiver, admin, vault)
        happen()
        work_off(vault)
    [entry] = Outbox.select()
    targets.change(row.id, {"active": False}, admin, vault)

    with pytest.raises(Conflict, match="Switch the notification on first"):
        log.replay(row.id, entry.id)

    assert fresh(entry).state == "done"


def test_a_target_that_is_off_can_be_tried_out(admin: Who, vault: Vault) -> None:
    with receiving() as receiver:
        row = hear(receiver, admin, vault)
        targets.change(row.id, {"active": False}, admin, vault)

        assert trials.saved(row.id, admin, vault).is_good


def test_a_message_that_is_sent_again_waits_for_the_one_that_is_on_its_way(
    admin: Who, vault: Vault
) -> None:
    row = make(admin, vault)
    happen("first")
    [first] = Outbox.select()
    Outbox.update(state="done", active_key=None, ended_at=clock.now()).execute()
    happen("second")
    on_its_way = outbox.claim_next("here.1")
    assert on_its_way is not None

    log.replay(row.id, first.id)

    assert outbox.claim_next("here.2") is None


def test_the_path_of_an_address_is_kept_out_of_what_libraries_log(admin: Who, vault: Vault) -> None:
    """urllib3 warns of damaged headers with the whole address, and writes it in its own way."""
    make(admin, vault, "https://hooks.example.org/T0/ANOTHERSECRET?key=abcdef")
    logged = "(url=https://hooks.example.org:443/T0/ANOTHERSECRET?key=abcdef): missing header name"

    assert "ANOTHERSECRET" not in logs.scrub(logged)


def test_damaged_headers_are_no_reason_to_fail(
    admin: Who, vault: Vault, caplog: pytest.LogCaptureFixture
) -> None:
    damaged = b"HTTP/1.1 200 OK\r\n: bad\r\nfoo\r\n\r\n"
    with RawServer(lambda _: [damaged]) as server, caplog.at_level(logging.WARNING):
        url = f"http://127.0.0.1:{server.port}/T0/SECRETPATH"
        row = make(admin, vault, url)
        assert trials.saved(row.id, admin, vault).is_good

    form = logs.Scrubber("%(message)s")
    assert any("Failed to parse headers" in record.getMessage() for record in caplog.records)
    assert "SECRETPATH" not in "".join(map(form.format, caplog.records))


def test_telling_many_targets_costs_one_statement(admin: Who, vault: Vault) -> None:
    for number in range(5):
        make(admin, vault, name=f"Target {number}")
    happen()
    with db.counting() as five:
        happen()
    Target.delete().execute()
    make(admin, vault)
    with db.counting() as one:
        happen()

    assert Outbox.select().count() == 11
    assert len(five) == len(one)


def test_many_events_at_once_reach_all_who_want_them(admin: Who, vault: Vault) -> None:
    new = NewTarget(kind="webhook", name="All", url=URL, events=["video.cancelled"])
    everybody = targets.create(new, admin, vault)[0]
    artist = make_artist("Björk")
    only = NewTarget(kind="webhook", name="Her", url=URL, artists=[artist.id])
    hers = targets.create(only, admin, vault)[0]
    Outbox.delete().execute()
    others = [make_video(make_artist(), f"Song {number}") for number in range(3)]
    about = [(one.title, one.artist_id, one.id) for one in [*others, make_video(artist, "Jóga")]]

    activity.record_all("video.cancelled", about)

    rows = list(Outbox.select().order_by(Outbox.id))
    assert [row.target for row in rows].count(str(everybody.id)) == 4
    [her] = [row for row in rows if row.target == str(hers.id)]
    assert Event.get_by_id(her.event_id).title == "Jóga"
    assert all(row.active_key == told.key(row.event_id, row.target) for row in rows)
