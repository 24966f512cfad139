"""A package index on loopback, with wheels of yt-dlp that work, and that break in each way."""

import base64
import contextlib
import hashlib
import importlib
import io
import threading
import zipfile
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

import yt_dlp

SOLVER = importlib.import_module("yt_dlp_ejs")
NEWER = "2099.1.2"  # than whatever is installed
NEWEST = "2099.3.4"


def wheel(
    name: str, version: str, files: dict[str, bytes], requires: tuple[str, ...] = ()
) -> bytes:
    """A wheel of pure Python."""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    lines = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nProvides-Extra: default"]
    lines += [f"Requires-Dist: {one}" for one in requires]
    held = {
        **files,
        f"{info}/METADATA": ("\n".join(lines) + "\n").encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: tests\n"
        b"Root-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in [*held, f"{info}/RECORD"])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path, content in {**held, f"{info}/RECORD": record.encode()}.items():
            archive.writestr(path, content)
    return out.getvalue()


@cache
def good(version: str = NEWER) -> bytes:
    """The yt-dlp of this environment under another version."""
    files = _tree(yt_dlp.__file__)
    year, month, day = (int(part) for part in version.split("."))
    spelled = f"{year}.{month:02}.{day:02}"
    files["yt_dlp/version.py"] = files["yt_dlp/version.py"].replace(
        yt_dlp.version.__version__.encode(), spelled.encode()
    )
    return wheel("yt-dlp", version, files, ('yt-dlp-ejs; extra == "default"',))


@cache
def solver() -> bytes:
    return wheel("yt-dlp-ejs", SOLVER.version, _tree(SOLVER.__file__))


def broken(version: str = NEWER, text: str = "raise RuntimeError('half an update')") -> bytes:
    """One that cannot be imported."""
    files = {"yt_dlp/__init__.py": text.encode(), "yt_dlp_ejs/__init__.py": b""}
    return wheel("yt-dlp", version, files)


def _tree(module: str | None) -> dict[str, bytes]:
    root = Path(str(module)).parent
    return {
        path.relative_to(root.parent).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


class PackageIndex:
    """Serves what `add` was given, by PEP 503; everything that was asked is kept in `asked`."""

    def __init__(self) -> None:
        self.files: dict[str, dict[str, bytes]] = {}
        self.asked: list[str] = []
        self.status = 200  # of every answer
        self.password = ""
        self.lies = False  # the hashes that it promises are wrong
        self.held = threading.Event()  # files are handed out while it is set
        self.held.set()
        self.handing_out = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/simple"

    @property
    def url_with_password(self) -> str:
        return self.url.replace("://", f"://maren:{self.password}@")

    def add(self, name: str, version: str, content: bytes) -> None:
        file = f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
        self.files.setdefault(name, {})[file] = content

    def offer(self, version: str, content: bytes | None = None) -> None:
        """Have a yt-dlp, and what it needs."""
        self.add("yt-dlp", version, content or good(version))
        self.add("yt-dlp-ejs", SOLVER.version, solver())

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.held.set()
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, path: str) -> tuple[int, bytes]:
        parts = path.strip("/").split("/")
        if parts[0] == "simple" and parts[-1] in self.files:
            return 200, self._page(self.files[parts[-1]]).encode()
        for files in self.files.values():
            if parts[0] == "files" and parts[-1] in files:
                self.handing_out.set()
                self.held.wait(60)
                return 200, files[parts[-1]]
        return 404, b"not here"

    def _page(self, files: dict[str, bytes]) -> str:
        links = []
        for name, content in files.items():
            digest = hashlib.sha256(b"else" if self.lies else content).hexdigest()
            links.append(f'<a href="/files/{name}#sha256={digest}">{name}</a>')
        return f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        index = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                index.asked.append(self.path)
                status, body = index._answer(self.path)
                if index.status != 200:
                    status, body = index.status, b"no"
                elif index.password and self.headers.get("Authorization") != index._key():
                    status, body = 401, b"who are you"
                self.send_response(status)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(ConnectionError):  # who asked was killed
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler

    def _key(self) -> str:
        return "Basic " + base64.b64encode(f"maren:{self.password}".encode()).decode()


def plain(version: str) -> str:
    """A version as packages spell it: without leading zeros."""
    return ".".join(part.lstrip("0") for part in version.split("."))
