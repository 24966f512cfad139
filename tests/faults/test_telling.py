"""The program is killed while it tells somebody: nothing is lost, or twice under another id."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mvidarr import activity, settings
from mvidarr.core import db
from mvidarr.models import Delivery, Event, Outbox
from tests.conftest import SECRET, until
from tests.fakes.answers import Answer, Fault
from tests.fakes.receiver import Receiver, receiving
from tests.program import Program

MESSAGES, KILLS = 40, 3


@dataclass
class Setting:
    """A program that tells one receiver; the test writes events into its database."""

    program: Program
    receiver: Receiver
    target: str

    def happen(self, count: int) -> list[str]:
        names = [f"Artist {number:02}" for number in range(count)]
        for name in names:
            activity.record("artist.added", name)
        return names

    def wait_for(self, count: int) -> None:
        until(lambda: len(self.receiver.requests) >= count, seconds=120)

    def waiting(self) -> int:
        return sum(row.state in ("queued", "running") for row in self.rows())

    def rows(self) -> list[Outbox]:
        return list(Outbox.select().where(Outbox.target == self.target).order_by(Outbox.id))


@pytest.fixture
def setting(tmp_path: Path) -> Iterator[Setting]:
    with receiving() as receiver, Program(tmp_path) as program:
        program.set_up()
        new = {"kind": "webhook", "name": "Home", "url": receiver.url, "events": ["artist.added"]}
        made = program.api("POST", "/targets", new)
        receiver.secret = made["secret"]
        db.connect(f"sqlite:///{program.data / 'mvidarr.db'}", db.Options(full_sync=False))
        settings.set_up((SECRET,), {})
        with db.session():
            yield Setting(program=program, receiver=receiver, target=str(made["id"]))
        db.disconnect()


def firsts(receiver: Receiver) -> list[str]:
    """The titles in the order in which they first came."""
    return list(dict.fromkeys(message["title"] for message in receiver.messages))


def test_kill_9_of_the_worker_while_it_delivers(
    setting: Setting, request: pytest.FixtureRequest
) -> None:
    seed = request.config.getoption("--seed")
    seed = random.randrange(1 << 32) if seed is None else seed
    print(f"--seed {seed}")  # noqa: T201 - how to repeat this run
    chance = random.Random(seed)
    receiver = setting.receiver
    receiver.faults = [Fault(delay=0.1)]
    names = setting.happen(MESSAGES)

    for kill in range(1, KILLS + 1):
        setting.wait_for(chance.randint(kill * 5, kill * 7))
        setting.program.kill("worker")
    until(lambda: not setting.waiting(), seconds=180)

    assert [row.state for row in setting.rows()] == ["done"] * MESSAGES
    assert firsts(receiver) == names
    pairs = {
        (message["title"], delivery)
        for message, delivery in zip(receiver.messages, receiver.deliveries, strict=True)
    }
    assert len(pairs) == MESSAGES  # what came twice came under its one id
    assert len(receiver.requests) <= MESSAGES + KILLS
    assert sum(row.losses for row in setting.rows()) <= KILLS
    assert setting.program.stop() == 0


def test_tries_go_on_after_a_restart(setting: Setting) -> None:
    receiver = setting.receiver
    refusals = itertools.repeat(Answer(status=503, headers={"Retry-After": "2"}), 3)
    receiver.answers = list(refusals)
    names = setting.happen(2)
    until(lambda: receiver.requests, seconds=60)

    assert setting.program.stop() == 0
    assert [row.state for row in setting.rows()] == ["queued", "queued"]
    setting.program.start()
    until(lambda: not setting.waiting(), seconds=120)

    assert [row.state for row in setting.rows()] == ["done", "done"]
    assert firsts(receiver) == names
    assert len(set(receiver.deliveries)) == 2
    first = setting.rows()[0]
    assert Delivery.select().where(Delivery.outbox == first.id).count() >= 3
    assert not Event.select().where(Event.kind == "target.failed").exists()
