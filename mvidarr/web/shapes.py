"""JSON of things that are not the library's: jobs, people, settings, services."""

from typing import Any

from mvidarr.core import clock
from mvidarr.settings import Shown


def job(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "subject": row.subject,
        "state": row.state,
        "done": row.done,
        "total": row.total,
        "note": row.note or None,
        "cause": row.cause,
        "last_error": row.last_error,
        "attempts": row.attempts,
        "created_at": clock.iso(row.created_at),
        "started_at": clock.iso(row.started_at),
        "ended_at": clock.iso(row.ended_at),
    }


def setting(shown: Shown) -> dict[str, Any]:
    option = shown.option
    return {
        "key": option.key,
        "value": shown.value,
        "is_set": shown.is_set,
        "default": None if option.is_secret else option.default,
        "source": shown.source,
        "kind": option.kind.value,
        "group": option.group.value,
        "label": option.label,
        "help": option.help,
        "unit": option.unit or None,
        "choices": [{"value": value, "label": label} for value, label in option.choices],
        "minimum": option.minimum,
        "maximum": option.maximum,
    }


def task(one: Any) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "interval": one.every / 1000,
        "last_run_at": clock.iso(one.last_run_at),
        "next_run_at": clock.iso(one.next_run_at or None),
        "job": job(one.job) if one.job else None,
        "last_job": job(one.last) if one.last else None,
    }


def service(one: Any) -> dict[str, Any]:
    row = one.row
    return {
        "name": one.kind.name,
        "title": one.kind.title,
        "group": one.group,
        "state": one.state,
        "since": clock.iso(row.since or None),
        "next_try_at": clock.iso(row.next_try_at or None),
        "failures": row.failures,
        "last_error": row.last_error,
        "requests_this_hour": one.used,
        "quota_used_today": one.quota_used,
        "quota": one.quota,
        "parts": one.parts,
        "budget": {
            "used": one.used,
            "hourly": one.hourly,
            "tokens": one.tokens,
            "next_try_at": clock.iso(row.next_try_at or None),
        },
    }


def finding(one: Any) -> dict[str, Any]:
    return {"check": one.check, "tone": one.tone, "title": one.title, "detail": one.detail}
