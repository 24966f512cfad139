"""The XML of NFO files: written so that no reader stumbles, read although others wrote it. Pure."""

import hashlib
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, indent, tostring

import defusedxml.ElementTree as safe_xml

from mvidarr.core.errors import Invalid

LIMIT = 1024 * 1024  # bytes of a file that is read
MAX_DEPTH = 32  # levels of elements; a real file has five

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_ENDS = (b"</musicvideo>", b"</artist>")


def element(tag: str, value: str | int | None, **attributes: str) -> Iterator[Element]:
    """The element, or none for an empty value: an empty one stops Jellyfin's reader."""
    if value:
        made = Element(tag, attributes)
        made.text = str(value)
        yield made


def written(root: Element) -> bytes:
    indent(root)
    return _DECLARATION + tostring(root, encoding="unicode").encode() + b"\n"


def digest(data: bytes) -> str:
    """What tells whether somebody else changed a file."""
    return hashlib.sha256(data).hexdigest()


def parsed(data: bytes) -> Element:
    """The root of a file. Raises Invalid."""
    if len(data) > LIMIT:
        raise Invalid({"nfo": "The NFO file is larger than 1 MiB."})
    try:
        root = _root(data)
    except (ParseError, ValueError, LookupError):
        raise Invalid({"nfo": "The NFO file is not well-formed XML."}) from None
    level = [root]
    for _ in range(MAX_DEPTH):
        level = [child for one in level for child in one]
    if level:
        raise Invalid({"nfo": "The NFO file is nested too deeply."})
    return root


def _root(data: bytes) -> Element:
    try:
        root: Element = safe_xml.fromstring(data, forbid_dtd=True)
    except ParseError:
        end = max((data.rfind(tag) + len(tag) for tag in _ENDS if tag in data), default=0)
        if not end:
            raise
        # many tools write a scraper's address after the XML
        root = safe_xml.fromstring(data[:end], forbid_dtd=True)
    return root
