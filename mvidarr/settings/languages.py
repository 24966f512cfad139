"""Codes of languages, as YouTube names captions: en, pt-BR, zh-Hans. Pure."""

import re
from collections.abc import Sequence

_CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


def problem(codes: Sequence[str]) -> str | None:
    """What is wrong with a list of codes; None when all of them are some."""
    wrong = next((code for code in codes if not _CODE.fullmatch(code)), None)
    return f"“{wrong}” is no code of a language: write en, de or pt-BR." if wrong else None
