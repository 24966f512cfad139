"""Targets: whose they are, what is kept of them, what they are told; their log and their test."""

from pathlib import Path
from typing import Any

import pytest

from mvidarr import activity, settings
from mvidarr.core import addresses, clock
from mvidarr.core.config import Config
from mvidarr.core.crypto import Vault
from mvidarr.core.db import Place
from mvidarr.core.errors import Conflict, Invalid, NotFound, TooSoon
from mvidarr.core.terms import Role
from mvidarr.delivery import kinds, letters, log, messages, outbox, targets, trials
from mvidarr.delivery.targets import NewTarget, Who
from mvidarr.jobs import claim
from mvidarr.library import artists, merge
from mvidarr.models import Event, Outbox, Target, User
from mvidarr.system import health, housekeeping
from tests.conftest import SetClock
from tests.factories import fresh, make_artist, make_user, make_video
from tests.fakes.answers import Answer
from tests.fakes.receiver import receiving

URL = "https://hooks.example.org/T0/SECRETPATH"


@pytest.fixture
def vault(database: Config) -> Vault:
    return Vault(database.secrets)


@pytest.fixture
def admin(database: Config) -> Who:
    return Who(id=make_user("Maren").id, is_admin=True)


@pytest.fixture
def manager(database: Config) -> Who:
    return Who(id=make_user("Ole", role=Role.MANAGER).id, is_admin=False)


def make(who: Who, vault: Vault, name: str = "Home", **more: Any) -> Target:
    new = {"kind": "webhook", "url": URL, **more}
    return targets.create(NewTarget(name=name, **new), who, vault)[0]


def told(target: Target) -> list[str]:
    rows = Outbox.select().where(Outbox.target == str(target.id)).order_by(Outbox.id)
    return [Event.get_by_id(row.event_id).title for row in rows]


def refusal(field: str, who: Who, vault: Vault, **more: Any) -> str:
    with pytest.raises(Invalid) as caught:
        make(who, vault, **more)
    assert set(caught.value.fields) == {field}
    return caught.value.fields[field]


def test_nothing_secret_is_kept_in_plain_or_shown(admin: Who, vault: Vault) -> None:
    row, secret = targets.create(NewTarget(kind="webhook", name="Home", url=URL), admin, vault)

    stored = f"{row.url} {row.secret}"
    assert "SECRETPATH" not in stored
    assert secret not in stored
    assert len(secret) > 40
    assert targets.show(row.id, admin, vault).address == "https://hooks.example.org/…"
    assert targets.opened(row.id, vault).secret == secret
    assert "SECRETPATH" not in repr(targets.opened(row.id, vault))


def test_apprise_addresses_are_looked_at_and_masked(admin: Who, vault: Vault) -> None:
    url = "discord://123456789012345678/abcdefghijklmnopqrstuvwxyz0123456789"
    row, secret = targets.create(NewTarget(kind="apprise", name="Chat", url=url), admin, vault)

    assert targets.show(row.id, admin, vault).address == "Discord, discord://1...8/a...9"
    assert (secret, row.secret) == ("", None)


def test_what_cannot_be_taken_is_said_beside_its_field(
    admin: Who, manager: Who, vault: Vault
) -> None:
    make(admin, vault)

    assert "Another" in refusal("name", admin, vault)
    assert refusal("name", admin, vault, name=" ") == "Give it a name."
    assert "https://" in refusal("url", admin, vault, name="b", url="ftp://example.org")
    assert refusal("url", admin, vault, name="b", url="") == "Enter an address."
    assert "1,500" in refusal("url", admin, vault, name="b", url="https://x.org/" + "a" * 1500)
    assert "too long" in refusal("url", admin, vault, name="b", url="https://x.org/" + "ü" * 1480)
    assert "login.failed" in refusal("events", admin, vault, name="b", events=["login.failed"])
    assert refusal("artists", admin, vault, name="b", artists=[99]) == "There is no artist 99."
    assert "webhook" in refusal("kind", admin, vault, name="b", kind="pigeon")
    assert "own network" in refusal("url", manager, vault, name="b", url="http://10.0.0.7/x")
    assert "Apprise" in refusal("url", admin, vault, name="b", kind="apprise", url="nonsense")
    assert Target.select().count() == 1


def test_each_looks_after_their_own_and_administrators_after_all(
    admin: Who, manager: Who, vault: Vault
) -> None:
    other = Who(id=make_user(role=Role.MANAGER).id, is_admin=False)
    ours, mine = make(admin, vault, "Ours"), make(manager, vault, "Mine")

    assert [one.row.name for one in targets.all_of(admin, vault)] == ["Mine", "Ours"]
    assert [one.row.name for one in targets.all_of(manager, vault)] == ["Mine"]
    assert targets.all_of(other, vault) == []
    for call in (
        lambda: targets.show(ours.id, manager, vault),
        lambda: targets.change(ours.id, {"active": False}, manager, vault),
        lambda: targets.renew_secret(ours.id, manager, vault),
        lambda: targets.delete(ours.id, manager),
        lambda: trials.saved(ours.id, manager, vault),
        lambda: targets.get(mine.id, other),
    ):
        with pytest.raises(NotFound):
            call()


def test_an_address_is_trusted_when_an_administrator_entered_it(
    admin: Who, manager: Who, vault: Vault
) -> None:
    row = make(manager, vault)
    assert not row.is_trusted
    assert not targets.change(row.id, {"name": "Renamed"}, admin, vault).is_trusted
    assert targets.change(row.id, {"url": "http://10.0.0.7/"}, admin, vault).is_trusted
    assert targets.change(row.id, {"url": ""}, manager, vault).is_trusted
    assert not targets.change(row.id, {"url": URL}, manager, vault).is_trusted
    assert letters.way(is_trusted=True).policy is None
    assert letters.way(is_trusted=False).policy is addresses.GLOBAL


def test_an_untrusted_address_inside_is_never_told(admin: Who, manager: Who, vault: Vault) -> None:
    with receiving() as receiver:
        row = make(admin, vault, url=receiver.url)
        Target.update(is_trusted=False).execute()

        outcome = trials.saved(row.id, admin, vault)

        assert receiver.requests == []
    assert outcome.text.startswith("Only an administrator can enter")


def test_targets_are_told_of_what_they_chose(admin: Who, vault: Vault) -> None:
    bjork, tricky = make_artist("Björk"), make_artist("Tricky")
    everything = make(admin, vault, "Everything")
    added = make(admin, vault, "Added", events=["artist.added"])
    of_bjork = make(admin, vault, "Björk", artists=[bjork.id])
    off = make(admin, vault, "Off", active=False)

    for artist in (bjork, tricky):
        activity.record("artist.added", artist.name, artist_id=artist.id)
    activity.record("service.broken", "YouTube does not work")
    activity.record("setting.changed", "A secret of the administrator")
    activity.record_all("video.found", [("Jóga", bjork.id, 1), ("Overcome", tricky.id, 2)])

    news = ["Björk", "Tricky", "YouTube does not work", "Jóga", "Overcome"]
    assert told(everything) == news
    assert told(added) == ["Björk", "Tricky"]
    assert told(of_bjork) == ["Björk", "Jóga"]
    assert told(off) == []


def test_a_sign_in_is_told_to_whom_it_concerns(admin: Who, manager: Who, vault: Vault) -> None:
    mine, ours = make(manager, vault, "Mine"), make(admin, vault, "Ours")
    with activity.acting(activity.Actor(user_id=admin.id)):
        activity.record("login.new_address", "Maren signed in")
    with activity.acting(activity.Actor(user_id=manager.id)):
        activity.record("login.new_address", "Ole signed in")

    assert told(mine) == ["Ole signed in"]
    assert told(ours) == ["Maren signed in", "Ole signed in"]


@pytest.mark.parametrize("columns", [{"active": False}, {"role": "user"}], ids=["off", "lower"])
def test_nobody_is_told_for_somebody_who_may_not_know(
    manager: Who, vault: Vault, columns: dict[str, Any]
) -> None:
    row = make(manager, vault)
    User.update(**columns).where(User.id == manager.id).execute()

    activity.record("artist.added", "Björk")

    assert told(row) == []


def test_an_artist_that_goes_or_is_joined_takes_its_targets_along(admin: Who, vault: Vault) -> None:
    bjork, other = make_artist("Björk"), make_artist("Bjork")
    both = make(admin, vault, "Both", artists=[bjork.id, other.id])
    one = make(admin, vault, "One", artists=[other.id])

    merge.artists_into(bjork.id, other.id)
    assert (fresh(both).artists, fresh(one).artists) == ([bjork.id], [bjork.id])

    artists.delete(bjork.id)
    activity.record("artist.added", "Somebody else", artist_id=bjork.id)
    assert fresh(one).artists == [0]
    assert told(one) == ["Björk"]
    assert targets.show(one.id, admin, vault).artists == []


def test_artists_are_found_by_their_names(database: Config) -> None:
    bjork = make_artist("Björk")
    gb = make_artist("Nirvana", disambiguation="UK band")
    us = make_artist("Nirvana", disambiguation="US band", folder="Nirvana (US)")
    odd = make_artist("Sunn O)))")

    typed = " BJÖRK \n\nNirvana (US band)\nSunn O)))\nbjörk\nnirvana (uk band)"
    assert targets.artists_named(typed) == [bjork.id, us.id, odd.id, gb.id]
    for name, problem in (("Nirvana", "several artists"), ("Bjork", "no artist")):
        with pytest.raises(Invalid, match=f"There is {problem} called {name}"):
            targets.artists_named(name)
    assert targets.artists_named("") == []


def test_there_is_an_end_to_how_many_there_are(
    admin: Who, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets, "MOST", 1)
    make(admin, vault)

    with pytest.raises(Conflict, match="delete one first"):
        make(admin, vault, "b")


def test_what_is_switched_off_drops_what_waits(admin: Who, vault: Vault) -> None:
    row = make(admin, vault)
    activity.record("artist.added", "Björk")

    targets.change(row.id, {"active": False}, admin, vault)

    [waiting] = Outbox.select()
    assert (waiting.state, waiting.active_key) == ("cancelled", None)
    assert outbox.due(clock.now()) == []


def test_a_target_takes_its_log_along(admin: Who, vault: Vault) -> None:
    with receiving() as receiver:
        row, receiver.secret = targets.create(
            NewTarget(kind="webhook", name="Home", url=receiver.url), admin, vault
        )
        trials.saved(row.id, admin, vault)
    assert log.count(row.id) == (1, True)

    targets.delete(row.id, admin)

    assert not Outbox.select().exists()
    kinds_of = [event.kind for event in Event.select().order_by(Event.id)]
    assert kinds_of == ["target.changed", "target.tested", "target.changed"]


def test_changes_are_in_the_audit_log_without_what_is_secret(admin: Who, vault: Vault) -> None:
    row = make(admin, vault)
    targets.change(row.id, {"url": URL + "/2"}, admin, vault)
    secret = targets.renew_secret(row.id, admin, vault)

    said = " ".join(f"{event.title} {event.data}" for event in Event.select())
    assert "Home was changed" in said
    assert "SECRETPATH" not in said
    assert secret not in said


def test_a_new_secret_signs_what_is_sent_from_then_on(admin: Who, vault: Vault) -> None:
    with receiving() as receiver:
        row, receiver.secret = targets.create(
            NewTarget(kind="webhook", name="Home", url=receiver.url), admin, vault
        )
        assert trials.saved(row.id, admin, vault).is_good
        receiver.secret = targets.renew_secret(row.id, admin, vault)
        assert trials.saved(row.id, admin, vault).is_good


def test_only_webhooks_have_a_secret(admin: Who, vault: Vault) -> None:
    row = make(admin, vault, kind="apprise", url="ntfy://topic")

    with pytest.raises(Conflict, match="Only webhooks"):
        targets.renew_secret(row.id, admin, vault)


def test_an_address_that_cannot_be_read_is_a_problem_and_no_error(admin: Who, vault: Vault) -> None:
    row = make(admin, vault)

    shown = targets.show(row.id, admin, Vault(("another secret",)))

    assert (shown.address, shown.problem) == ("", targets.UNREADABLE)


# trying out


def test_a_test_is_a_real_message_and_stands_in_the_log(admin: Who, vault: Vault) -> None:
    with receiving() as receiver:
        row, receiver.secret = targets.create(
            NewTarget(kind="webhook", name="Home", url=receiver.url), admin, vault
        )
        outcome = trials.saved(row.id, admin, vault)

        assert (outcome.is_good, outcome.status) == (True, 204)
        assert receiver.kinds == ["target.tested"]
        assert receiver.messages[0]["text"] == messages.TEST
        [line] = log.page(row.id, Place()).rows
    assert (line.state, line.headline) == ("done", "Test of a notification")
    assert [made.status for made in line.tries] == [204]


def test_a_test_that_fails_is_not_tried_again(admin: Who, vault: Vault) -> None:
    with receiving() as receiver:
        row, receiver.secret = targets.create(
            NewTarget(kind="webhook", name="Home", url=receiver.url), admin, vault
        )
        receiver.answers = [Answer(status=500)]
        outcome = trials.saved(row.id, admin, vault)

    assert outcome.text == "The receiver has a problem of its own (status 500)."
    [line] = log.page(row.id, Place()).rows
    assert (line.state, line.attempts) == ("failed", 1)
    assert not Event.select().where(Event.kind == "target.failed").exists()
    assert targets.show(row.id, admin, vault).problem == outcome.text


def test_a_test_of_what_cannot_be_read_says_so(admin: Who, vault: Vault) -> None:
    row = make(admin, vault)

    outcome = trials.saved(row.id, admin, Vault(("another secret",)))

    assert (outcome.is_good, outcome.text) == (False, targets.UNREADABLE)


def test_a_test_that_is_not_due_here_is_left_to_the_worker(
    admin: Who, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = make(admin, vault)
    monkeypatch.setattr(claim, "claim", lambda *_: None)

    assert "in a moment" in trials.saved(row.id, admin, vault).text
    assert outbox.due(clock.now())


def test_what_is_not_saved_yet_can_be_tried_out(admin: Who, manager: Who) -> None:
    with receiving() as receiver:
        address = targets.entered("webhook", receiver.url, admin)
        receiver.secret = address.secret
        assert trials.typed(address, admin).is_good
        assert receiver.kinds == ["target.tested"]
    assert not Outbox.select().exists()
    with pytest.raises(Invalid, match="own network"):
        targets.entered("webhook", receiver.url, manager)
    with pytest.raises(Invalid):
        targets.entered("pigeon", receiver.url, admin)


def test_others_cannot_knock_without_end(manager: Who, vault: Vault) -> None:
    address = letters.Address(kind="webhook", url="http://10.0.0.1/")
    for _ in range(10):
        assert not trials.typed(address, manager).is_good

    with pytest.raises(TooSoon):
        trials.typed(address, manager)


# the log


def test_a_message_can_be_sent_again(admin: Who, vault: Vault, set_clock: SetClock) -> None:
    with receiving() as receiver:
        row, receiver.secret = targets.create(
            NewTarget(kind="webhook", name="Home", url=receiver.url), admin, vault
        )
        receiver.answers = [Answer(status=410)]
        activity.record("artist.added", "Björk")
        for again in (True, False):
            claimed = outbox.claim_next("here.1")
            assert claimed is not None
            outbox.run(claimed, lambda: False, vault)
            if again:
                log.replay(row.id, claimed.id)
                with pytest.raises(Conflict, match="on its way"):
                    log.replay(row.id, claimed.id)

        assert len(set(receiver.deliveries)) == 1
    [line] = log.page(row.id, Place()).rows
    assert (line.state, line.attempts, len(line.tries)) == ("done", 0, 2)


def test_the_log_is_read_in_pages_of_one_target(admin: Who, vault: Vault) -> None:
    row, other = make(admin, vault), make(admin, vault, "Other")
    for number in range(5):
        activity.record("artist.added", str(number))

    first = log.page(row.id, Place(limit=2))
    second = log.page(row.id, Place(limit=2, after=first.next))
    last = log.page(row.id, Place(limit=2, last=True))

    assert [line.title for line in first.rows] == ["4", "3"]
    assert [line.title for line in second.rows] == ["2", "1"]
    assert [line.title for line in last.rows] == ["1", "0"]
    assert log.count(other.id) == (5, True)
    with pytest.raises(NotFound):
        log.get(other.id, first.rows[0].id)


def test_a_message_whose_event_is_forgotten_is_not_sent_again(admin: Who, vault: Vault) -> None:
    row = make(admin, vault)
    activity.record("artist.added", "Björk")
    Event.delete().execute()
    Outbox.update(state="failed", active_key=None).execute()
    [line] = log.page(row.id, Place()).rows

    assert line.headline == "Something that is forgotten by now"
    assert (line.can_replay, log.message(line)) == (False, None)
    with pytest.raises(Conflict, match="forgotten"):
        log.replay(row.id, line.id)


def test_what_was_told_is_kept_for_thirty_days(
    admin: Who, vault: Vault, set_clock: SetClock
) -> None:
    with receiving() as receiver:
        row, receiver.secret = targets.create(
            NewTarget(kind="webhook", name="Home", url=receiver.url), admin, vault
        )
        trials.saved(row.id, admin, vault)
        set_clock.forward(29 * clock.DAY)
        housekeeping.clean(lambda *_: None)
        assert log.count(row.id) == (1, True)
        set_clock.forward(2 * clock.DAY)
        housekeeping.clean(lambda *_: None)

    assert log.count(row.id) == (0, True)


def test_health_names_who_could_not_be_told(admin: Who, vault: Vault) -> None:
    row, off = make(admin, vault, "Home"), make(admin, vault, "Off")
    activity.record("artist.added", "Björk")
    assert log.troubles() == []
    Outbox.update(attempts=1, last_error="It is away.").execute()
    targets.change(off.id, {"active": False}, admin, vault)

    assert log.troubles() == [("Home", "It is away.")]
    found = [one.title for one in health.findings(Config(data=Path("/nowhere")))]
    assert "Home could not be told" in found
    activity.record("artist.added", "Tricky")
    Outbox.update(state="done", ended_at=1).where(Outbox.target == str(row.id)).execute()
    assert log.troubles() == []


# words


def test_every_kind_that_can_be_told_is_in_one_group() -> None:
    grouped = [kind.name for group in kinds.GROUPS for kind in group.kinds]

    assert sorted(grouped) == sorted(kinds.TOLD)


@pytest.mark.parametrize(
    ("kind", "title", "data", "text"),
    [
        (
            "video.downloaded",
            "Jóga",
            {"lines": 1080, "video_codec": "h264", "size": 53_000_000},
            "Björk – Jóga\n1080p, h264, 53 MB.",
        ),
        ("video.failed", "Jóga", {"error": "Nobody has it."}, "Björk – Jóga\nNobody has it."),
        (
            "artist.discovered",
            "Björk",
            {"added": 2, "candidates": 1, "queued": 0, "errors": ["IMVDb rests."]},
            "Björk\n2 new, 1 to review. IMVDb rests.",
        ),
        ("source.gone", "Jóga", {"reason": "Taken down"}, "Björk – Jóga\nTaken down."),
    ],
)
def test_messages_say_what_happened_to_what(
    database: Config, kind: str, title: str, data: dict[str, Any], text: str
) -> None:
    event = activity.record(kind, title, artist_id=make_artist("Björk").id, **data)

    [message] = messages.compose([event])

    assert message.text == text
    assert message.headline == activity.BY_NAME[kind].title


def test_messages_link_to_us_where_our_address_is_known(database: Config) -> None:
    settings.change({"public_url": "https://mv.example.org/"})
    video = make_video()
    about = {"artist_id": video.artist_id, "video_id": video.id}
    events = [
        activity.record("video.found", "x", **about),
        activity.record("artist.added", "x", artist_id=video.artist_id),
        activity.record("disk.low", "x"),
    ]

    links = [message.link for message in messages.compose(events)]

    ours = "https://mv.example.org"
    assert links == [
        f"{ours}/videos/{video.id}",
        f"{ours}/artists/{video.artist_id}",
        f"{ours}/feed",
    ]
