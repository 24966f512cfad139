"""Run jobs that are due. What each kind does is said here, in one table."""

from collections.abc import Mapping

from mvidarr import settings
from mvidarr.core import db
from mvidarr.jobs import jobs, run, wake
from mvidarr.jobs.run import Context, Work
from mvidarr.models import Job
from tasks import owner, queues


@queues.jobs.task()
def look() -> None:
    """The message only woke us, the rows know what to do."""
    me = owner.current()
    while not me.stopping():
        with db.session():
            job = jobs.claim_due(me.name)
            settings.refresh()  # it may have been asked for right after a change
        if job is None:
            return
        wake.wake("jobs")  # another thread may find another one
        run.run(job, RUN[job.kind], me.stopping)


def _discover(job: Job, context: Context) -> None:
    from mvidarr.discovery import run as discovery
    from mvidarr.system import sweep

    with db.session():
        is_done = sweep.is_done(job)
    if not is_done:
        by_person = job.by_user_id is not None
        discovery.discover(int(job.subject), context.progress, by_person=by_person)
    with db.session():
        sweep.go_on(job)


def _describe(job: Job, context: Context) -> None:
    from mvidarr.discovery import describe

    made = describe.describe(int(job.subject), context.progress, oldest=describe.FRESH)
    if made:
        context.result(made.news, " ".join(made.problems) or None)


def _portrait(job: Job, context: Context) -> None:
    from mvidarr.discovery import portraits

    links, config = job.args.get("links", ()), owner.current().config
    portraits.keep(int(job.subject), links, config, context.progress)


def _rejudge(job: Job, context: Context) -> None:
    from mvidarr.discovery import rejudge

    rejudge.rejudge(int(job.subject), context.progress)


def _rejudge_all(job: Job, context: Context) -> None:
    from mvidarr.discovery import rejudge

    context.result(rejudge.rejudge_all(context.progress))


def _pictures(job: Job, context: Context) -> None:
    from mvidarr.discovery import pictures

    pictures.fetch(int(job.subject), owner.current().config, context.progress)


def _sweep(job: Job, context: Context) -> None:
    from mvidarr.system import sweep

    with db.session():
        context.result(sweep.run(job.by_user_id))


def _feeds(job: Job, context: Context) -> None:
    from mvidarr.discovery import feeds

    feeds.run(job, context)


def _watch(job: Job, context: Context) -> None:
    from mvidarr.discovery import watch

    watch.run(job, context)


def _list_read(job: Job, context: Context) -> None:
    from mvidarr.core.crypto import Vault
    from mvidarr.discovery import import_read

    vault = Vault(owner.current().config.secrets)
    then = bool(job.args.get("apply"))
    import_read.read(int(job.subject), vault, context.progress, apply=then)


def _list_apply(job: Job, context: Context) -> None:
    from mvidarr.discovery import import_apply

    import_apply.apply(int(job.subject), context.progress)


def _lists(job: Job, context: Context) -> None:
    from mvidarr.discovery import import_apply, imports

    with db.session():
        due, waiting = imports.read_due(), import_apply.search_waiting()
    lists = "1 list is read" if due == 1 else f"{due} lists are read"
    context.result(f"{lists}, {waiting} searches for wanted songs.")


def _disk(job: Job, context: Context) -> None:
    from mvidarr.system import disk_watch

    context.result(disk_watch.look())


def _ytdlp_look(job: Job, context: Context) -> None:
    from mvidarr.system import ytdlp

    ytdlp.run_look(job, context, owner.current().config)


def _ytdlp_update(job: Job, context: Context) -> None:
    from mvidarr.system import ytdlp

    ytdlp.run_update(context, owner.current().config)


def _housekeeping(job: Job, context: Context) -> None:
    from mvidarr.system import housekeeping

    with db.session():
        context.result(housekeeping.said(housekeeping.clean(context.progress)))


def _rewrite(job: Job, context: Context) -> None:
    from mvidarr.downloads import rewriting

    rewriting.run(job, context, owner.current().config)


def _measure(job: Job, context: Context) -> None:
    from mvidarr.downloads import loudness

    loudness.run(job, context)


def _artist_files(job: Job, context: Context) -> None:
    from mvidarr.library import artist_files

    artist_files.write(int(job.subject), owner.current().config.thumbs)


def _restore(job: Job, context: Context) -> None:
    from mvidarr.library import restore

    with db.session():
        restore.run_batch(job, context)


def _empty_trash(job: Job, context: Context) -> None:
    from mvidarr.library import restore

    with db.session():
        restore.run_empty(job, context)


def _upgrades(job: Job, context: Context) -> None:
    from mvidarr.downloads import upgrades

    with db.session():
        upgrades.run(job, context)


def _bulk_delete(job: Job, context: Context) -> None:
    from mvidarr.library import bulk

    with db.session():
        bulk.run_delete_artists(job, context)


def _bulk(job: Job, context: Context) -> None:
    from mvidarr.library import bulk

    with db.session():
        bulk.run_change_videos(job, context)


def _retry_failed(job: Job, context: Context) -> None:
    from mvidarr.downloads import whole

    with db.session():
        whole.run_retry_failed(job, context)


def _duplicates(job: Job, context: Context) -> None:
    from mvidarr.library import twins

    with db.session():
        waiting = twins.look(context.progress)
    context.result("1 pair waits." if waiting == 1 else f"{waiting:,} pairs wait.")


def _merge(job: Job, context: Context) -> None:
    from mvidarr.library import twins

    with db.session():
        joined = twins.join_all(job.args["ids"], context.progress)
    context.result(f"{joined:,} of {len(job.args['ids']):,} pairs joined.")


def _rename_plan(job: Job, context: Context) -> None:
    from mvidarr.library import renaming

    with db.session():
        renaming.run_plan(job, context)


def _rename(job: Job, context: Context) -> None:
    from mvidarr.library import renaming_run

    with db.session():
        renaming_run.run(job, context)


def _review_bulk(job: Job, context: Context) -> None:
    from mvidarr.downloads import choose
    from mvidarr.library import review_bulk

    with db.session():
        review_bulk.run(job, context, choose.accept, choose.block)


RUN: Mapping[str, Work] = {
    "discover": _discover,
    "describe": _describe,
    "portrait": _portrait,
    "rejudge": _rejudge,
    "rejudge_all": _rejudge_all,
    "pictures": _pictures,
    "bulk_delete": _bulk_delete,
    "bulk": _bulk,
    "retry_failed": _retry_failed,
    "review_bulk": _review_bulk,
    "duplicates": _duplicates,
    "merge": _merge,
    "rename_plan": _rename_plan,
    "rename": _rename,
    "rename_undo": _rename,
    "sweep": _sweep,
    "list_read": _list_read,
    "list_apply": _list_apply,
    "lists": _lists,
    "feeds": _feeds,
    "watch": _watch,
    "disk": _disk,
    "ytdlp_look": _ytdlp_look,
    "ytdlp_update": _ytdlp_update,
    "rewrite": _rewrite,
    "measure": _measure,
    "artist_files": _artist_files,
    "restore": _restore,
    "empty_trash": _empty_trash,
    "upgrades": _upgrades,
    "housekeeping": _housekeeping,
}
