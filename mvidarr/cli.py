"""The command line: the same verbs as the web. Imports only what a command needs.

A second start must answer within a second, so nothing heavy is imported before it is needed.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mvidarr.core.config import Config

    Command = Callable[[Config, argparse.Namespace], int | None]

OLDEST = (3, 11)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; answers the exit status. What is wrong is said in one sentence."""
    if sys.version_info < OLDEST:
        found = ".".join(map(str, sys.version_info[:2]))
        return _refuse(f"MVidarr needs Python 3.11 or newer; this is Python {found}.")
    args = _parser().parse_args(argv)
    if args.run is version:
        version()
        return 0
    from mvidarr.core import config, errors

    try:
        command: Command = args.run
        status: int = command(config.load(), args) or 0
        return status
    except errors.Error as error:
        return _refuse(str(error))
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if not _is_of_database(error):
            raise
        return _refuse(f"The database cannot be used: {error}.")


def serve(config: Config, args: argparse.Namespace) -> int:
    """Bring the database up to date, then keep web and worker running."""
    from mvidarr import supervisor

    _log("supervisor", config)
    status, greeting = supervisor.apart(lambda: _prepare(config))
    if status:
        return status
    listener = supervisor.listen(config)
    print(f"MVidarr is at {config.address}", flush=True)
    if greeting:
        print(greeting, flush=True)
    supervisor.run(listener)
    return 0


def _prepare(config: Config) -> str:
    """What has to be so before anything runs; the greeting for the first start."""
    from mvidarr.accounts import setup
    from mvidarr.core import db

    _open(config, migrate=True)
    with db.session():
        _check_library()
        greeting = setup.greeting(config)
    db.disconnect()
    return greeting or ""


def web(config: Config, args: argparse.Namespace) -> None:
    """Answer requests, on the supervisor's socket when it gave one."""
    import socket

    from mvidarr import server, supervisor

    _begin_child("web", config, args)
    listener = socket.socket(fileno=args.fd) if args.fd else supervisor.listen(config)
    server.run(config, listener)


def worker(config: Config, args: argparse.Namespace) -> None:
    """Search, download and clean up."""
    from mvidarr import worker as process

    _begin_child("worker", config, args)
    process.run(config)


def migrate(config: Config, args: argparse.Namespace) -> None:
    """Bring the database up to date."""
    from mvidarr import migrations

    _open(config)
    applied = migrations.migrate(config)
    print("\n".join(applied) or "The database is up to date.")


def create_user(config: Config, args: argparse.Namespace) -> None:
    from mvidarr.accounts import users
    from mvidarr.core import db
    from mvidarr.core.terms import Role

    _open(config, migrate=True)
    password = _new_password()
    with db.session():
        users.add(args.name, password, Role(args.role))
    print(f"{args.name} can sign in.")


def reset_password(config: Config, args: argparse.Namespace) -> None:
    """Set a new password; every browser of the person is signed out."""
    from mvidarr.accounts import users
    from mvidarr.core import db, errors

    _open(config, migrate=True)
    with db.session():
        user = users.by_name(args.name)
        if user is None:
            raise errors.NotFound(f"Nobody is called {args.name}.")
        users.set_password(user.id, _new_password())
    print(f"The password of {args.name} was changed.")


def add_artist(config: Config, args: argparse.Namespace) -> None:
    from mvidarr.core import db
    from mvidarr.jobs import jobs
    from mvidarr.library import artists

    _open_for_work(config)
    with db.session():
        artist = artists.add(artists.NewArtist(name=args.name))
        jobs.add("discover", str(artist.id))
    print(f"{artist.name} was added; the worker searches for videos.")


def discover(config: Config, args: argparse.Namespace) -> None:
    from mvidarr.core import db, errors
    from mvidarr.jobs import jobs
    from mvidarr.library import artists

    _open_for_work(config)
    with db.session():
        artist = artists.find_by_name(args.artist)
        if artist is None and args.artist.isdecimal():
            artist = artists.find(int(args.artist))
        if artist is None:
            raise errors.NotFound(f"There is no artist {args.artist} in the library.")
        jobs.add("discover", str(artist.id))
    print(f"The worker searches for videos by {artist.name}.")


def download(config: Config, args: argparse.Namespace) -> None:
    from mvidarr.core import db
    from mvidarr.downloads import queue
    from mvidarr.library import videos

    _open_for_work(config)
    with db.session():
        row = queue.add(args.video, priority=queue.URGENT)
        title = videos.get(row.video_id).title
    print(f"{title} is queued; the worker downloads it.")


def doctor(config: Config, args: argparse.Namespace) -> int:
    """Print versions and every check; the status says whether something is bad."""
    import platform

    import mvidarr
    from mvidarr import migrations
    from mvidarr.core import db
    from mvidarr.system import health

    _open(config)
    print(f"MVidarr {mvidarr.__version__}, Python {platform.python_version()}")
    print(f"Data folder: {config.data}")
    with db.session():
        if migrations.pending():
            print("bad   The database is not up to date. Run: mvidarr migrate")
            return 1
        found = health.findings(config)
    for one in found:
        print(f"{one.tone:5} {one.title}{': ' + one.detail if one.detail else ''}")
    return int(any(one.tone == "bad" for one in found))


def version() -> None:
    import mvidarr

    print(f"MVidarr {mvidarr.__version__}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mvidarr",
        description="Follows artists, finds their music videos, downloads and files them.",
        epilog="Without a command: serve.",
    )
    parser.set_defaults(run=serve)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _command(commands, "serve", serve, "run the web and the worker (the default)")
    for name, run, about in (("web", web, "run the web"), ("worker", worker, "run the worker")):
        made = _command(commands, name, run, f"{about} process alone")
        made.add_argument("--parent", type=int, help=argparse.SUPPRESS)
        made.add_argument("--fd", type=int, help=argparse.SUPPRESS)
    _command(commands, "migrate", migrate, "bring the database up to date")
    _people(_group(commands, "user", "people who may sign in"))
    artist = _group(commands, "artist", "artists of the library")
    _command(artist, "add", add_artist, "add an artist by name").add_argument("name")
    searched = _command(commands, "discover", discover, "search for an artist's videos")
    searched.add_argument("artist", help="name or number of the artist")
    queued = _command(commands, "download", download, "download a video")
    queued.add_argument("video", type=int, help="number of the video")
    _command(commands, "doctor", doctor, "print versions and check everything")
    _command(commands, "version", version, "print the version")
    return parser


def _people(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    made = _command(commands, "create", create_user, "add somebody; asks for the password")
    made.add_argument("name")
    roles = ("readonly", "user", "manager", "admin")
    made.add_argument("--role", choices=roles, default="readonly")
    reset = _command(commands, "reset-password", reset_password, "set somebody's new password")
    reset.add_argument("name")


def _group(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, about: str
) -> argparse._SubParsersAction[argparse.ArgumentParser]:
    made = commands.add_parser(name, help=about, description=about)
    return made.add_subparsers(metavar="COMMAND", required=True)


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Command | Callable[[], None],
    about: str,
) -> argparse.ArgumentParser:
    made = commands.add_parser(name, help=about, description=about)
    made.set_defaults(run=run)
    return made


def _begin_child(name: str, config: Config, args: argparse.Namespace) -> None:
    """The supervisor has migrated already; alone, a process does it itself."""
    _log(name, config)
    if args.parent:
        from mvidarr import supervisor

        supervisor.end_with(args.parent)
    else:
        from mvidarr.core import db

        _open(config, migrate=True)
        db.disconnect()


def _open(config: Config, *, migrate: bool = False) -> None:
    from mvidarr import migrations
    from mvidarr.system import boot

    boot.open_data(config)
    if migrate:
        migrations.migrate(config)


def _open_for_work(config: Config) -> None:
    """Like the web: what is added here wakes the worker."""
    from tasks import waking

    _open(config, migrate=True)
    waking.connect(config)


def _check_library() -> None:
    """A share that is not mounted is better said at the start than found out later."""
    from mvidarr import settings
    from mvidarr.core import errors
    from mvidarr.settings import file_options
    from mvidarr.system import configure

    path = settings.get(file_options.library_path)
    problem = configure.check_library(path)
    if problem:
        raise errors.BootError(f"The library folder {path} cannot be used: {problem}")


def _log(name: str, config: Config) -> None:
    """Log from now on; what ends the process unexpectedly is logged too."""
    import logging

    from mvidarr.core import logs

    logs.set_up(name, config.data / "logs")
    log = logging.getLogger("mvidarr")
    sys.excepthook = lambda *found: log.critical("crashed process=%s", name, exc_info=found)


def _new_password() -> str:
    """Asked for twice at a terminal, else the first line of what is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    from mvidarr.core import errors

    password = getpass.getpass("New password: ")
    if getpass.getpass("Once more: ") != password:
        raise errors.Invalid({"password": "The two are not the same."})
    return password


def _is_of_database(error: Exception) -> bool:
    """Without loading what the command did not need."""
    peewee = sys.modules.get("peewee")
    return peewee is not None and isinstance(error, peewee.PeeweeException)


def _refuse(sentence: str) -> int:
    print(f"mvidarr: {sentence}", file=sys.stderr)
    return 2
