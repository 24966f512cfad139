"""Where a video's file goes in the library: by the template, in its artist's own folder."""

from collections.abc import Callable
from pathlib import PurePosixPath

from mvidarr import settings
from mvidarr.media import naming, safe_names
from mvidarr.media.naming import NameFacts, Style, Template
from mvidarr.settings import file_options


def style() -> Style:
    """How names are made, as the settings say."""
    return Style(
        limit=settings.get(file_options.naming_bytes),
        lookalikes=settings.get(file_options.naming_characters) == "lookalike",
    )


def layout() -> Template:
    """The template that the settings say."""
    text = settings.get(file_options.naming_template)
    return naming.parse_template(text, file_options.naming_template.key, style())


def path_of(
    template: Template,
    facts: NameFacts,
    artist_folder: str,
    suffix: str,
    is_taken: Callable[[str], bool],
) -> str:
    """The path below the library; `is_taken` is asked with `naming.path_key` of one without suffix.

    Where the template begins with the artist, the artist's own folder stands instead.
    """
    path = best_place(template, facts, artist_folder)
    return f"{naming.unique(path, is_taken, facts.source_id, template.style)}{suffix}"


def best_place(template: Template, facts: NameFacts, artist_folder: str) -> PurePosixPath:
    """The path below the library, without suffix, that a video has if no other one has it."""
    path = naming.render(template, facts)
    first, *rest = path.parts
    if not rest or first != safe_names.component(facts.artist, style=template.style):
        return path
    return PurePosixPath(artist_folder or first, *rest)
