"""What the tests share: a sample library and the page before it, a person over plain HTTP, and a browser."""

from __future__ import annotations

import contextlib
import html.parser
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
PROGRAMS = Path(os.environ["SEALEDMATCH_PROGRAMS"]).resolve()
# Pictures of the pages, for people to look at.
SHOTS = ROOT / ".build/review"
EVIDENCE = ROOT / "Docs/Examples/review/evidence.py"
SECONDS = 60

sys.path.insert(0, str(ROOT / "Docs/Examples/review"))

from sample import Sample, case_file, cases, password  # noqa: E402

__all__ = ["Sample", "case_file", "cases", "password"]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Page(html.parser.HTMLParser):
    """An answer: its status, fields and text, and the fields of its forms."""

    def __init__(self, status: int, fields: http.client.HTTPMessage, content: bytes) -> None:
        super().__init__()
        self.status, self.fields, self.content = status, fields, content
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        if fields.get_content_type() == "text/html":
            self.feed(content.decode())

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        fields = dict(attributes)
        self.elements.append((tag, fields))
        if tag == "form":
            self.forms.append((fields.get("action") or "", {}))
        if tag == "input" and fields.get("type") == "hidden" and self.forms:
            self.forms[-1][1][fields["name"] or ""] = fields.get("value") or ""

    def form(self, step: str) -> dict[str, str]:
        return next(fields for _, fields in self.forms if fields.get("step") == step)

    def link(self, words: str) -> str:
        """The address of the only link or picture that has these words in it."""
        paths = [fields.get("href") or fields.get("src") or "" for tag, fields in self.elements if tag in ("a", "img")]
        [found] = [path for path in paths if words in path]
        return found

    @property
    def token(self) -> str:
        return next(fields["token"] for _, fields in self.forms if "token" in fields)

    @property
    def text(self) -> str:
        return self.content.decode()


class Person:
    """Somebody who speaks HTTP, and keeps cookies. `fields`: of each request."""

    def __init__(self, port: int, **fields: str) -> None:
        self.port, self.fields = port, fields
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, body: bytes | None = None, **fields: str) -> Page:
        sent = {name.replace("_", "-"): value for name, value in (self.fields | fields).items()}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)) as connection:
            connection.request(method, path, body, sent)
            reply = connection.getresponse()
            content = reply.read()
        for field in reply.headers.get_all("Set-Cookie", []):
            name, _, value = field.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Page(reply.status, reply.headers, content)

    def get(self, path: str, **fields: str) -> Page:
        return self.ask("GET", path, **fields)

    def post(self, path: str, form: dict[str, str], **fields: str) -> Page:
        body = urllib.parse.urlencode(form).encode()
        return self.ask("POST", path, body, Content_Type="application/x-www-form-urlencoded", **fields)

    def sign_in(self, name: str, secret: str | None = None) -> Page:
        token = self.get("/sign-in").token
        return self.post("/sign-in", {"token": token, "name": name, "password": secret or password(name)})

    def evidence(self, number: int, match: int, how: str = "clear") -> Page:
        """The page that shows the evidence, by its links. The picture is not asked for."""
        page = self.get(self.get(f"/cases/{number}/matches/{match}").link("evidence=dim"))
        return self.get(page.link("evidence=clear")) if how == "clear" else page

    def picture(self, number: int, match: int, how: str = "clear") -> Page:
        return self.get(self.evidence(number, match, how).link("/picture?"))

    def act(self, number: int, step: str, where: str = "check", **fields: str) -> Page:
        """Chooses a step on what the case is now, whether the page offers it or not."""
        page = self.get(f"/cases/{number}")
        return self.post(
            f"/cases/{number}/{where}",
            {"token": page.token, "seen": str(events(page)), "step": step, **fields},
        )


def events(page: Page) -> int:
    """How many events the case page says that there are."""
    found = re.search(r"(\d+) events? in all", page.text)
    assert found, page.text
    return int(found[1])


class Base:
    """A library without cases, made once and copied."""

    folder: Path | None = None
    base: tempfile.TemporaryDirectory[str]

    @classmethod
    def copied(cls, folder: Path) -> Sample:
        if cls.folder is None:
            cls.base = tempfile.TemporaryDirectory(prefix="sealedmatch-")
            cls.folder = Path(cls.base.name) / "base"
            Sample(PROGRAMS, cls.folder).found()
        shutil.copytree(cls.folder, folder)
        sample = object.__new__(Sample)
        sample.programs, sample.folder = PROGRAMS, folder
        return sample


class World:
    """A library and the page before it, started anew on demand."""

    def __init__(self, folder: Path, documents: list[bytes], *more: str) -> None:
        self.sample = Base.copied(folder)
        self.sample.take_in(*documents)
        self.port, self.admin = free_port(), free_port()
        self.more = more or ("--passwords", "passwords", "--evidence", str(EVIDENCE))
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.sample.folder / "page.log").read_text()

    def start(self) -> None:
        command = self.sample.command(f"127.0.0.1:{self.port}", "--admin", f"127.0.0.1:{self.admin}", *self.more)
        with open(self.sample.folder / "page.log", "ab") as file:
            self.process = subprocess.Popen(command, cwd=self.sample.folder, stdout=file, stderr=file)
        end = time.monotonic() + SECONDS
        while True:
            assert self.process.poll() is None, self.log
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            assert time.monotonic() < end, self.log
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self.process
        self.process.send_signal(how)
        status = self.process.wait(SECONDS)
        self.process = None
        return status

    def metrics(self) -> str:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.admin, timeout=SECONDS)) as connection:
            connection.request("GET", "/metrics")
            return connection.getresponse().read().decode()

    def export(self) -> str:
        """All events."""
        return self.sample.tool("case", "export", "--library", "cases.sqlite")

    def signed_in(self, name: str) -> Person:
        person = Person(self.port)
        page = person.sign_in(name)
        assert page.status == 303, page.text
        return person


class PageTest(unittest.TestCase):
    """Tests with one page for all of a class."""

    documents: list[bytes] = []
    more: tuple[str, ...] = ()
    world: World

    @classmethod
    def setUpClass(cls) -> None:
        base = tempfile.TemporaryDirectory(prefix="sealedmatch-")
        cls.addClassCleanup(base.cleanup)
        cls.world = World(Path(base.name) / "sample", cls.documents or cases(), *cls.more)
        cls.world.start()
        cls.addClassCleanup(cls.end)

    @classmethod
    def end(cls) -> None:
        if cls.world.process:
            status = cls.world.stop()
            assert status == 0, cls.world.log

    def verified(self) -> None:
        """The chain holds, by the other program."""
        self.world.sample.tool("case", "verify", "--library", "cases.sqlite", "--public-key", "cases.key.pub")


@contextlib.contextmanager
def browser(world: World, **how: Any) -> Iterator[Any]:
    from browser import Browser

    SHOTS.mkdir(parents=True, exist_ok=True)
    found = Browser(world.origin, SHOTS, **how)
    try:
        yield found
    finally:
        found.quit()
