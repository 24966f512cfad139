"""The cookies of a YouTube account: a file or pasted text goes in and never comes out."""

from dataclasses import dataclass

from mvidarr.core.errors import Invalid
from mvidarr.core.terms import Role
from mvidarr.settings import cookies, service_options
from mvidarr.system import configure
from mvidarr.web import forms, settings
from mvidarr.web.bodies import Upload
from mvidarr.web.routing import Reply, Request, route

LARGEST = 2 * cookies.LARGEST  # bytes: a form's text grows on its way
KEY = service_options.youtube_cookies.key


@dataclass(frozen=True, kw_only=True)
class NewCookies:
    """A cookies.txt as a file, or its text."""

    file: Upload | None = None
    youtube_cookies: str = forms.limit(cookies.LARGEST, lines=True, default="")


@route(
    "POST",
    "/settings/youtube/cookies",
    role=Role.ADMIN,
    title="Save the cookies of a YouTube account",
    takes=NewCookies,
    on_invalid=settings.index,
    body_limit=LARGEST,
    json=False,
    slow=True,
)
def save(req: Request) -> Reply:
    new = req.input(NewCookies)
    text = new.file.content.decode("utf-8", "replace") if new.file else new.youtube_cookies
    if not text.strip():
        raise Invalid({KEY: "Choose a file, or paste what is in it."})
    configure.change({KEY: text}, req.person.id)
    return Reply(go="/settings#service-youtube", toast="The cookies are saved.")
