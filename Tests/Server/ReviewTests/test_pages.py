"""The review page over HTTP: who may do what, what is refused, and what is recorded."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.client
import itertools
import json
import re
import signal
import socket
import sqlite3
import struct
import subprocess
import tempfile
import time
import unittest
from collections.abc import Iterator
from pathlib import Path

from support import SECONDS, Base, PageTest, Person, World, case_file, cases, events, free_port, password

HOSTILE = (
    "<script>document.title='taken'</script><img src=x onerror=alert(1)>\u202egnp.evil\u202c\u0000\u001b[2J"
    '"\'&</pre></bdi></main><form action=//evil><a href="javascript:alert(2)">x</a>' + "e" + "\u0301" * 90
)


class SignIn(PageTest):
    def test_only_with_the_password(self) -> None:
        person = Person(self.world.port)
        for path in ("/cases", "/cases/1", "/cases/1/matches/1", "/trail", "/statistics", "/cases/1/matches/1/note"):
            page = person.get(path)
            self.assertEqual((page.status, page.content), (303, b""), path)
            self.assertTrue(page.fields["Location"].startswith("/sign-in"), path)
        self.assertEqual(person.post("/cases/1/commit", {"step": "close", "seen": "1"}).status, 401)
        for name, secret in (("rita", "wrong horse rita"), ("nobody", password("rita")), ("sam", password("rita"))):
            page = person.sign_in(name, secret)
            self.assertEqual(page.status, 403)
            self.assertIn("Name or password are wrong.", page.text)
            self.assertNotIn("sealedmatch", person.cookies)
        page = person.sign_in("rita")
        self.assertEqual((page.status, page.fields["Location"]), (303, "/cases"))
        self.assertEqual(person.get("/cases").status, 200)

    def test_fields_of_every_answer(self) -> None:
        person = self.world.signed_in("rita")
        for path in ("/cases", "/style.css", "/nothing", "/sign-in", "/cases/99", "/cases/1/matches/1/file"):
            fields = person.get(path).fields
            policy = fields["Content-Security-Policy"]
            for part in ("default-src 'none'", "style-src 'self'", "img-src 'self'", "form-action 'self'"):
                self.assertIn(part, policy)
            for part in ("frame-ancestors 'none'", "base-uri 'none'"):
                self.assertIn(part, policy)
            self.assertNotIn("script", policy)
            self.assertNotIn("unsafe", policy)
            self.assertEqual(fields["X-Content-Type-Options"], "nosniff")
            if path != "/style.css":
                self.assertEqual(fields["Cache-Control"], "no-store")

    def test_cookies(self) -> None:
        person = Person(self.world.port)
        start = person.get("/sign-in").fields["Set-Cookie"]
        session = person.sign_in("sam").fields["Set-Cookie"]
        for field in (start, session):
            # On loopback without TLS there is no Secure; `Proxied` has the other.
            self.assertEqual(field.split("; ", 1)[1], "Path=/; HttpOnly; SameSite=Strict")
        self.assertRegex(session, r"^sealedmatch=[0-9a-f]{64};")

    def test_signing_out(self) -> None:
        person = self.world.signed_in("sam")
        token, cookies = person.get("/cases").token, dict(person.cookies)
        self.assertEqual(person.get("/sign-out").status, 404)
        self.assertEqual(person.post("/sign-out", {"token": token}).status, 303)
        # The cookie itself is worth nothing any more.
        person.cookies = cookies
        self.assertEqual(person.get("/cases").status, 303)

    def test_another_page_can_do_nothing(self) -> None:
        rita, sam = self.world.signed_in("rita"), self.world.signed_in("sam")
        before = events(rita.get("/cases/2"))
        form = rita.get("/cases/2").form("take")
        for change in ({"token": sam.get("/cases").token}, {"token": ""}, {"token": "0" * 64}):
            self.assertEqual(rita.post("/cases/2/check", form | change).status, 403)
            self.assertEqual(rita.post("/cases/2/commit", form | change).status, 403)
        for origin in ("https://evil.example", "null", f"{self.world.origin}.evil", "http://127.0.0.1:1"):
            self.assertEqual(rita.post("/cases/2/commit", form, Origin=origin).status, 403)
        self.assertEqual(rita.post("/cases/2/commit", form, Sec_Fetch_Site="cross-site").status, 403)
        # Nor sign a browser in.
        self.assertEqual(
            Person(self.world.port).post("/sign-in", {"name": "rita", "password": password("rita")}).status, 403
        )
        self.assertEqual(events(rita.get("/cases/2")), before)
        self.assertEqual(rita.post("/cases/2/commit", form, Origin=self.world.origin).status, 303)
        self.assertEqual(events(rita.get("/cases/2")), before + 1)

    def test_a_new_password_ends_sessions(self) -> None:
        person = self.world.signed_in("ada")
        self.world.sample.set_password("ada", "another password")
        self.assertEqual(person.get("/cases").status, 303)
        self.assertEqual(person.sign_in("ada").status, 403)
        self.assertEqual(person.sign_in("ada", "another password").status, 303)
        self.world.sample.set_password("ada", password("ada"))

    def test_without_a_role(self) -> None:
        self.world.sample.set_password("eve", password("eve"))
        person = self.world.signed_in("eve")
        self.assertEqual(person.get("/cases").status, 403)
        self.world.sample.case("person", "eve", "--role", "reviewer")
        self.assertEqual(person.get("/cases").status, 200)
        self.world.sample.case("person", "eve")
        self.assertEqual(person.get("/cases").status, 403)

    def test_nobody_is_kept_out(self) -> None:
        """What is right does not count; who knows a name can slow its person down, and no more."""
        lena = Person(self.world.port)
        for _ in range(8):
            self.assertEqual(lena.sign_in("lena").status, 303)
        for _ in range(6):
            self.assertEqual(Person(self.world.port).sign_in("lena", "a wrong password").status, 403)
        self.assertEqual(Person(self.world.port).sign_in("lena").status, 303)

    def test_two_browsers_of_one_person(self) -> None:
        one, other = self.world.signed_in("rita"), self.world.signed_in("rita")
        self.assertNotEqual(one.cookies, other.cookies)
        # What one was shown, the other was not; nor does it use the other's ways.
        self.assertEqual(one.picture(5, 1).status, 200)
        self.assertEqual(other.act(5, "view", "commit", match="1").status, 409)
        self.assertNotIn("<img", other.get(one.get("/cases/5/matches/2").link("evidence=dim")).text)
        form = one.get("/cases/5").form("take")
        self.assertEqual(other.post("/cases/5/commit", form).status, 403)
        self.assertEqual(one.post("/sign-out", {"token": one.get("/cases").token}).status, 303)
        self.assertEqual(other.get("/cases").status, 200)

    def test_where_it_goes_on(self) -> None:
        person = Person(self.world.port)
        for path, place in (
            ("/cases/3/matches/2", "/cases/3/matches/2"),
            ("//evil.example", "/cases"),
            ("/cases/..//evil.example", "/cases"),
            ("https://evil.example", "/cases"),
        ):
            token = person.get("/sign-in").token
            form = {"token": token, "name": "lena", "password": password("lena"), "next": path}
            page = person.post("/sign-in", form)
            self.assertEqual((page.status, page.fields["Location"]), (303, place), path)
            self.assertNotIn("evil", person.get(f"/sign-in?next={path}").text)


class Addresses(PageTest):
    """Tries to sign in are counted by the address that a proxy names, which has proved itself."""

    secret = "a secret of the proxy's alone"

    @classmethod
    def setUpClass(cls) -> None:
        base = tempfile.TemporaryDirectory(prefix="sealedmatch-")
        cls.addClassCleanup(base.cleanup)
        file = Path(base.name) / "secret"
        file.write_text(cls.secret)
        file.chmod(0o600)
        cls.more = ("--passwords", "passwords", "--proxy-address", "X-Real-IP", "--proxy-secret-file", str(file))
        super().setUpClass()

    def at(self, address: str, secret: str = secret) -> Person:
        return Person(self.world.port, X_Real_IP=address, SealedMatch_Proxy=secret)

    def waits(self, addresses: Iterator[str], name: str = "") -> int:
        """Wrong tries until an address has to wait."""
        for number, address in enumerate(itertools.islice(addresses, 100)):
            page = self.at(address).sign_in(name or f"nobody-{number}", "a wrong password")
            if page.status == 429:
                self.assertGreater(int(page.fields["Retry-After"]), 0)
                return number
            self.assertEqual(page.status, 403)
        raise AssertionError("it need not wait")

    def test_one_address_waits(self) -> None:
        self.assertGreaterEqual(self.waits(itertools.repeat("192.0.2.1"), "rita"), 6)
        self.assertEqual(self.at("192.0.2.1").sign_in("rita").status, 429)
        # Neither another address nor another name.
        self.assertEqual(self.at("192.0.2.2").sign_in("rita").status, 303)
        self.assertEqual(self.at("192.0.2.1").sign_in("lena").status, 303)

    def test_one_network_waits(self) -> None:
        tried = self.waits(f"2001:db8::{number:x}" for number in itertools.count())
        self.assertGreaterEqual(tried, 30)
        self.assertEqual(self.at("2001:db8::ffff").sign_in("ada").status, 429)
        self.assertEqual(self.at("2001:db8:0:1::5").sign_in("ada").status, 303)

    def test_who_is_no_proxy_names_no_address(self) -> None:
        person = self.at("192.0.2.9", "another secret")
        self.assertEqual([person.sign_in("none", "wrong").status for _ in range(7)], [403] * 7)
        self.assertEqual(self.at("192.0.2.9, 192.0.2.10").sign_in("sam").status, 303)


class Start(unittest.TestCase):
    """What the page refuses before it listens, in words that say what to change."""

    def refused(self, *more: str, library: str = "cases.sqlite", mode: int = 0o600, listen: str = "") -> str:
        with tempfile.TemporaryDirectory(prefix="sealedmatch-") as name:
            sample = Base.copied(Path(name) / "sample")
            (sample.folder / library).chmod(mode)
            (sample.folder / "secret").write_text("0123456789abcdef")
            (sample.folder / "secret").chmod(0o600)
            given = more if "--admin" in more else ("--admin", f"127.0.0.1:{free_port()}", *more)
            command = sample.command(listen or f"127.0.0.1:{free_port()}", *given)
            done = subprocess.run(command, cwd=sample.folder, capture_output=True, text=True, timeout=SECONDS)
            self.assertEqual(done.returncode, 1, done.stderr)
            last = done.stderr.splitlines()[-1]
            self.assertTrue(last.startswith("sealedmatchd: "), done.stderr)
            # No word of the program's own language.
            self.assertNotRegex(last, r"\w+\(\w*:|Optional|\.swift|NIO|Error\b")
            return last

    def test_fields_that_name_nobody(self) -> None:
        secret = ("--proxy-secret-file", "secret")
        for name in ("Cookie", "ORIGIN", "X Person", "X-Person:", ""):
            with self.subTest(name=name):
                self.assertIn(f"proxy-person: “{name}” ", self.refused("--proxy-person", name, *secret))
        passwords = ("--passwords", "passwords", "--proxy-address", "host", *secret)
        self.assertIn("proxy-address: “host” ", self.refused(*passwords))

    def test_a_proxy_that_anybody_could_be(self) -> None:
        port = free_port()
        for listen in (f"127.0.0.1:{port}", f"[::1]:{port}"):
            words = self.refused("--proxy-person", "X-Person", listen=listen)
            self.assertIn(f"proxy-person: whoever reaches {listen} could", words)
            words = self.refused("--passwords", "passwords", "--proxy-address", "X-Real-IP", listen=listen)
            self.assertIn(f"proxy-address: whoever reaches {listen} could", words)

    def test_passwords_that_are_not_there(self) -> None:
        self.assertIn("passwords: nofile: there is no file", self.refused("--passwords", "nofile"))

    def test_places_that_are_taken(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            taken = f"127.0.0.1:{server.getsockname()[1]}"
            for setting, words in (
                ("admin", self.refused("--passwords", "passwords", "--admin", taken)),
                ("listen", self.refused("--passwords", "passwords", listen=taken)),
            ):
                self.assertIn(f"{setting}: {taken}: another process listens there; --{setting} names", words)

    def test_a_library_that_others_can_read(self) -> None:
        for mode in (0o644, 0o640, 0o606):
            words = self.refused("--passwords", "passwords", mode=mode)
            self.assertIn("library: cases.sqlite: it belongs to another user, or its mode lets others in", words)


class Crowd(PageTest):
    def test_one_who_holds_connections_keeps_nobody_out(self) -> None:
        beginnings = (
            b"",
            b"GET /cases HTTP/1.1\r\nHost: x\r\nX-Slow: ",
            b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 200\r\n\r\nname=",
        )
        with contextlib.ExitStack() as held:
            for number in range(300):
                connection = socket.create_connection(("127.0.0.1", self.world.port), SECONDS)
                held.enter_context(connection)
                connection.sendall(beginnings[number % 3])
            rita = self.world.signed_in("rita")
            for number in range(20):
                self.assertEqual(rita.get(f"/cases/{1 + number % 5}").status, 200)
            self.assertEqual(rita.picture(1, 1).status, 200)
            self.assertEqual(rita.act(1, "view", "commit", match="1").status, 303)

    def test_a_body_that_ends_too_early(self) -> None:
        """Somebody has gone: that is no failure, and no line in the log."""
        for rest in (b"", b"na", b"name=rita&token=" + b"0" * 64):
            with socket.create_connection(("127.0.0.1", self.world.port), SECONDS) as connection:
                connection.sendall(b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 200\r\n\r\n" + rest)
                connection.shutdown(socket.SHUT_WR)
                answer = b""
                while piece := connection.recv(1 << 16):
                    answer += piece
            self.assertTrue(answer.startswith(b"HTTP/1.1 499 "), answer[:200])
        self.assertNotIn("error", self.world.log)


class Roles(PageTest):
    def refused(self, page: object, status: int, title: str) -> None:
        self.assertEqual((page.status, f"<h1>{title}</h1>" in page.text), (status, True), page.text)

    def test_what_each_may_not_do(self) -> None:
        """Posted, whether or not a page offers it; the library is the same afterwards."""
        forms = {
            "take": {},
            "assign": {"to": "lena"},
            "view": {"match": "4", "why": "in the other system"},
            "judge": {"match": "1", "class": "none", "standing": "notIllegal"},
            "decide": {"outcome": "notConfirmed", "why": "because"},
            "report": {"report": "cybertipline", "reference": "1"},
            "close": {},
            "reopen": {"why": "because"},
        }
        may_not = {
            "ada": set(forms),
            "rita": {"assign", "report", "close", "reopen"},
            "sam": {"assign", "report", "close", "reopen"},
        }
        before = self.world.export()
        for name, steps in may_not.items():
            person = self.world.signed_in(name)
            for step in steps:
                for where in ("check", "commit"):
                    with self.subTest(person=name, step=step, where=where):
                        # Nobody learns from the state of a case whether their role might have done it.
                        page = person.act(1, step, where, **forms[step])
                        self.refused(page, 403, "Not for your role")
            offered = {fields.get("step") for _, fields in person.get("/cases/1").forms}
            self.assertFalse(offered & steps)
        self.assertEqual(self.world.export(), before)

    def test_an_auditor_reads_all_and_sees_no_evidence(self) -> None:
        ada = self.world.signed_in("ada")
        for path in ("/cases", "/cases/1", "/cases/1/matches/1", "/cases/1/events", "/trail", "/statistics"):
            self.assertEqual(ada.get(path).status, 200, path)
        self.assertEqual(ada.get("/cases/1/matches/1/picture").status, 403)
        page = self.world.signed_in("rita").get("/cases/1/matches/1").link("evidence=dim")
        for path in ("/cases/1/matches/1", "/cases/1/matches/1?evidence=clear", page):
            self.assertNotIn("<img", ada.get(path).text)
            self.assertNotIn("evidence=", ada.get(path).text)

    def test_a_second_opinion(self) -> None:
        """From a new case to a report, by three people."""
        rita, sam, lena = (self.world.signed_in(name) for name in ("rita", "sam", "lena"))
        why = {"why": "it is on the list"}
        self.refused(rita.act(3, "decide", "commit", outcome="confirmed", **why), 409, "The policy forbids this")
        for person in (rita, sam):
            self.assertEqual(person.picture(3, 1).status, 200)
            self.assertEqual(person.act(3, "view", "commit", match="1").status, 303)
            self.refused(person.act(3, "decide", "commit", outcome="confirmed", **why), 409, "Not now")
            judged = person.act(3, "judge", "commit", match="1", **{"class": "A1", "standing": "baseline"})
            self.assertEqual(judged.status, 303)
            self.assertRegex(judged.fields["Location"], r"^/cases/3/matches/2\?done=\d+$")
            self.refused(
                person.act(3, "judge", "commit", match="1", **{"class": "A2", "standing": "baseline"}), 409, "Not now"
            )
            self.refused(person.act(3, "decide", "commit", outcome="confirmed"), 409, "Not now")
            self.assertEqual(person.act(3, "decide", "commit", outcome="confirmed", **why).status, 303)
        self.assertIn("Case 3: decided: confirmed", lena.get("/cases/3").text)
        self.assertEqual(
            lena.act(3, "report", "commit", report="cybertipline", reference="4711 <b>").status, 303, "reported"
        )
        self.assertIn("4711 &lt;b&gt;", lena.get("/cases/3").text)
        self.assertEqual(lena.act(3, "close", "commit").status, 303)
        self.refused(rita.act(3, "take", "commit"), 409, "Not now")
        self.refused(lena.act(3, "reopen", "commit"), 409, "Not now")
        self.assertEqual(lena.act(3, "reopen", "commit", why="a second look").status, 303)
        self.assertIn("round 2", lena.get("/cases/3").text)
        self.verified()

    def test_settling(self) -> None:
        rita, sam, lena = (self.world.signed_in(name) for name in ("rita", "sam", "lena"))
        self.world.sample.case("view", "5", "--match", "1", person="sam")
        judge = ("--match", "1", "--class", "A1", "--standing", "baseline")
        self.world.sample.case("judge", "5", *judge, person="sam")
        self.assertEqual(sam.act(5, "decide", "commit", outcome="confirmed", why="seen").status, 303)
        self.refused(rita.act(5, "decide", "commit", outcome="notConfirmed", why="no"), 403, "Not for your role")
        self.world.sample.case("person", "rob", "--role", "second")
        self.world.sample.set_password("rob", password("rob"))
        rob = self.world.signed_in("rob")
        self.assertEqual(rob.act(5, "decide", "commit", outcome="cannotBeJudged", why="dark").status, 303)
        self.assertIn("Settle it", lena.get("/cases/5").text)
        self.assertEqual(lena.act(5, "decide", "commit", outcome="cannotBeJudged", why="too dark").status, 303)
        self.assertIn("Case 5: decided: cannot be judged", lena.get("/cases/5").text)

    def test_giving_a_case(self) -> None:
        lena = self.world.signed_in("lena")
        self.refused(lena.act(4, "assign", "commit", to="ada"), 403, "Not for your role")
        self.assertEqual(lena.act(4, "assign", "commit", to="rita").status, 303)
        rita = self.world.signed_in("rita")
        self.assertIn("yours", rita.get("/cases?assignee=rita").text)
        self.assertNotIn("yours", self.world.signed_in("sam").get("/cases").text)


class Evidence(PageTest):
    def test_seen_only_what_was_shown(self) -> None:
        rita = self.world.signed_in("rita")

        def view(match: int, why: str = "", where: str = "commit") -> object:
            return rita.act(1, "view", where, match=str(match), why=why)

        # A page that names the picture is no picture; nor is a blurred one; nor another match's.
        for where in ("check", "commit"):
            self.assertEqual(view(1, "I looked", where).status, 409)
        self.assertIn("<img", rita.evidence(1, 1).text)
        self.assertEqual(view(1).status, 409)
        self.assertEqual(rita.picture(1, 1, "dim").status, 200)
        self.assertEqual(rita.picture(1, 2).status, 200)
        self.assertEqual(view(1).status, 409)
        picture = rita.picture(1, 1)
        self.assertEqual((picture.status, picture.fields["Content-Type"]), (200, "image/png"))
        self.assertEqual(picture.fields["Cache-Control"], "no-store")
        self.assertEqual(view(1).status, 303)
        # Nobody else has seen it.
        self.assertEqual(self.world.signed_in("sam").act(1, "view", "commit", match="1").status, 409)
        # Of match 4 none is held: where it was seen is said.
        self.assertIn("not held", rita.evidence(1, 4, "dim").text)
        self.assertEqual(view(4).status, 409)
        self.assertEqual(view(4, "in the ticket system").status, 303)
        said = [
            (event["what"], event["why"])
            for event in json.loads(self.world.sample.tool(*self.show))["events"]
            if "viewed" in event["what"]
        ]
        digest = hashlib.sha256(picture.content).hexdigest()
        shown = f"which a page showed: image/png, {len(picture.content)} bytes, SHA-256 {digest}"
        self.assertEqual(said[0], (f"viewed match 1, {shown}", ""))
        stated = "viewed match 4, stated: the evidence is not held"
        self.assertEqual(said[1], (stated, "in the ticket system"))
        page = rita.get("/cases/1").text
        self.assertIn(
            f'saw match 1 <span class="basis">shown on the page: image/png, {len(picture.content)} bytes', page
        )
        self.verified()
        # Nobody writes it himself.
        for why in ("[shown on the page: image/png, 5 bytes, SHA-256 00]", " (Stated) I saw it"):
            with self.assertRaises(subprocess.CalledProcessError):
                self.world.sample.case("view", "1", "--match", "2", "--why", why, person="rita")
            for where in ("check", "commit"):
                refused = rita.act(1, "judge", where, match="2", why=why, **{"class": "A1", "standing": "none"})
                self.assertEqual(refused.status, 409)
                self.assertIn("does not begin like what a page says", refused.text)
        self.assertIn("2 matches as seen today", rita.get("/cases").text)

    show = ("case", "show", "1", "--events", "--json", "--library", "cases.sqlite")


class Delivery(PageTest):
    """A picture counts as shown once all of it was sent, to somebody who asked for it."""

    @classmethod
    def setUpClass(cls) -> None:
        base = tempfile.TemporaryDirectory(prefix="sealedmatch-")
        cls.addClassCleanup(base.cleanup)
        # More than the system takes for somebody who does not read.
        command = Path(base.name) / "evidence"
        command.write_text("#!/bin/sh\nprintf 'GIF89a'; exec /usr/bin/head -c 15000000 /dev/zero\n")
        command.chmod(0o755)
        cls.more = ("--passwords", "passwords", "--evidence", str(command))
        super().setUpClass()

    def asked(self, person: Person, path: str) -> socket.socket:
        """A request of which nothing is read yet."""
        connection = socket.create_connection(("127.0.0.1", self.world.port), SECONDS)
        cookies = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nCookie: {cookies}\r\n\r\n".encode())
        return connection

    def is_seen(self, person: Person, match: int) -> bool:
        page = person.act(2, "view", "commit", match=str(match))
        self.assertIn(page.status, (303, 409), page.text)
        return page.status == 303

    def test_what_is_broken_off_was_not_shown(self) -> None:
        rita = self.world.signed_in("rita")
        reset = struct.pack("ii", 1, 0)
        for read in (0, 1, 100_000):
            with self.asked(rita, rita.evidence(2, 1).link("/picture?")) as connection:
                while read > 0:
                    read -= len(connection.recv(read))
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
            self.assertFalse(self.is_seen(rita, 1), "the connection was reset")
        with self.asked(rita, rita.evidence(2, 1).link("/picture?")) as connection:
            connection.recv(1)
            connection.shutdown(socket.SHUT_WR)
            self.assertFalse(self.is_seen(rita, 1), "its end was closed before all was sent")
            while connection.recv(1 << 20):
                pass
            self.assertFalse(self.is_seen(rita, 1), "whatever came afterwards")
        with self.asked(rita, rita.evidence(2, 1).link("/picture?")) as connection:
            connection.recv(1)
            self.assertFalse(self.is_seen(rita, 1), "nobody has read the rest")
        self.assertEqual(len(rita.picture(2, 1).content), 15_000_006)
        self.assertTrue(self.is_seen(rita, 1))

    def test_what_a_browser_asks_for_by_itself(self) -> None:
        sam = self.world.signed_in("sam")
        offer = sam.get("/cases/2/matches/1").link("evidence=dim")
        for fields in (
            {"Sec_Purpose": "prefetch"},
            {"Sec_Purpose": "prefetch;prerender"},
            {"Purpose": "Prefetch"},
            {"X_Purpose": "preview"},
            {"X_Moz": "prefetch"},
        ):
            for path in (offer, "/cases", "/cases/2/matches/1", "/style.css", "/sign-in"):
                page = sam.get(path, **fields)
                self.assertEqual((page.status, page.fields["Cache-Control"]), (403, "no-store"), (path, fields))
                self.assertNotIn("sam", page.text)
        for fields in (
            {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Dest": "document"},
            {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Dest": "document"},
            # An address that was kept: nobody has chosen it on a page now.
            {"Sec_Fetch_Site": "none", "Sec_Fetch_Dest": "document"},
            {"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Dest": "iframe"},
            {"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Dest": "empty"},
        ):
            page = sam.get(offer, **fields)
            self.assertEqual(page.status, 200, fields)
            self.assertNotIn("<img", page.text)
        # None of them has used the offer up: it is there for whoever follows the link, once.
        page = sam.get(offer, Sec_Fetch_Site="same-origin", Sec_Fetch_Dest="document")
        self.assertIn("<img", page.text)
        self.assertNotIn("<img", sam.get(offer).text, "the same address again: a reload, or a tab that is restored")
        offered = page.link("evidence=clear")
        self.assertNotIn("<img", sam.get(offered.replace("matches/1", "matches/2")).text, "another match's")
        self.assertNotIn("<img", self.world.signed_in("rita").get(offered).text, "another person's")
        picture = sam.get(offered).link("/picture?")
        for fields in (
            {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Dest": "image"},
            {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Dest": "image"},
            {"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Dest": "document"},
            {"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Dest": "video"},
            {"Sec_Purpose": "prefetch", "Sec_Fetch_Site": "same-origin", "Sec_Fetch_Dest": "image"},
        ):
            self.assertEqual(sam.get(picture, **fields).status, 403, fields)
            self.assertFalse(self.is_seen(sam, 1))
        self.assertEqual(sam.get(picture.replace("matches/1", "matches/2")).status, 404)
        self.assertEqual(sam.get(picture, Sec_Fetch_Site="same-origin", Sec_Fetch_Dest="image").status, 200)
        self.assertEqual(sam.get(picture).status, 404, "it is shown once")
        self.assertTrue(self.is_seen(sam, 1))


class BrokenEvidence(PageTest):
    @classmethod
    def setUpClass(cls) -> None:
        base = tempfile.TemporaryDirectory(prefix="sealedmatch-")
        cls.addClassCleanup(base.cleanup)
        command = Path(base.name) / "evidence"
        command.write_text("#!/bin/sh\nprintf '<svg onload=\"alert(1)\"/>'\n")
        command.chmod(0o755)
        cls.more = ("--passwords", "passwords", "--evidence", str(command), "--evidence-seconds", "5")
        super().setUpClass()

    def test_what_is_no_picture_is_not_shown(self) -> None:
        rita = self.world.signed_in("rita")
        page = rita.evidence(1, 1, "dim")
        self.assertEqual(page.status, 200)
        self.assertIn("could not be shown", page.text)
        self.assertNotIn("<img", page.text)
        self.assertEqual(rita.get("/cases/1/matches/1/picture?evidence=clear").status, 404)
        self.assertIn("no JPEG, PNG, WebP or GIF", self.world.log)
        self.assertEqual(rita.act(1, "view", "commit", match="1").status, 409)
        self.assertEqual(rita.act(1, "view", "commit", match="1", why="in the ticket system").status, 303)
        page = rita.get("/cases/1").text
        self.assertIn('stated; the evidence could not be shown</span>: <bdi class="told">in the ticket system', page)


class Hostile(PageTest):
    documents = [
        case_file(
            21,
            [HOSTILE.encode(), b"<plaintext>" + b"A" * 300_000, b"item \xff\x00"],
            [f"{HOSTILE}, line 1", "x" * 5_000],
            [HOSTILE],
        ),
        case_file(22, [b"item 1"], ["alice.txt, line 9"], []),
    ]

    def test_notes_and_labels_stay_text(self) -> None:
        rita = self.world.signed_in("rita")
        for path in ("/cases", "/cases/1", "/cases/1/matches/1", "/cases/1/matches/2", "/cases/1/matches/3", "/trail"):
            page = rita.get(path)
            self.assertEqual(page.status, 200)
            self.assertLess(len(page.content), 60_000, path)
            tags = {tag for tag, _ in page.elements}
            self.assertFalse(tags & {"script", "img", "plaintext", "pre", "iframe", "style", "object"}, path)
            for _, fields in page.elements:
                self.assertFalse([name for name in fields if name.startswith("on") or name == "style"], path)
                for name in ("href", "src", "action", "formaction"):
                    self.assertTrue((fields.get(name) or "/").startswith(("/", "#")), fields)
                    self.assertFalse((fields.get(name) or "").startswith("//"), fields)
            self.assertNotRegex(page.text, "[\u202a-\u202e\u2066-\u2069\u0000-\u0009\u000b-\u001f]", path)
        self.assertIn("U+202E", page.text if "U+202E" in page.text else rita.get("/cases/1/matches/1").text)

    def test_the_whole_is_a_file(self) -> None:
        rita = self.world.signed_in("rita")
        page = rita.get("/cases/1/matches/1/note")
        self.assertEqual(page.content, HOSTILE.encode())
        self.assertEqual(page.fields["Content-Type"], "text/plain; charset=utf-8")
        self.assertTrue(page.fields["Content-Disposition"].startswith("attachment;"))
        self.assertEqual(len(rita.get("/cases/1/matches/2/note").content), 300_011)
        match = json.loads(rita.get("/cases/1/matches/1/file").content)
        self.assertEqual(match["label"], f"{HOSTILE}, line 1")
        self.assertEqual(base64.b64decode(match["note"]), HOSTILE.encode())

    def test_looking_for_labels_and_pseudonyms(self) -> None:
        rita = self.world.signed_in("rita")

        def numbers(query: str) -> list[str]:
            page = rita.get(f"/cases?{query}")
            self.assertEqual(page.status, 200, page.text)
            return re.findall(r'href="/cases/(\d+)"', page.text)

        self.assertEqual(numbers("label=alice.txt%2C+line+9"), ["2"])
        self.assertEqual(numbers("label=alice.txt%2C%2Bline"), [])
        self.assertEqual(numbers("label=%3Cscript%3E"), ["1"])
        # What stands elsewhere in a case file is no label.
        self.assertEqual(numbers("label=finding"), [])
        self.assertEqual(numbers("pseudonym=1616"), ["2"])
        self.assertEqual(numbers("state=new&pseudonym=15&label=script"), ["1"])
        self.assertEqual(numbers("state=closed"), [])
        for wrong in ("state=none", "pseudonym=1", "pseudonym=xy", "assignee=%3Cb%3E"):
            self.assertEqual(rita.get(f"/cases?{wrong}").status, 400, wrong)


class Steps(PageTest):
    def test_two_at_a_time(self) -> None:
        rita, sam = self.world.signed_in("rita"), self.world.signed_in("sam")
        opinion = {"outcome": "notConfirmed", "why": "a landscape"}
        form = rita.get("/cases/1").form("decide") | opinion
        confirm = rita.post("/cases/1/check", form)
        self.assertIn("not confirmed", confirm.text)
        self.assertEqual(sam.act(1, "take", "commit").status, 303)
        before = self.world.export()
        for where, fields in (("check", form), ("back", form), ("commit", form), ("commit", confirm.forms[1][1])):
            page = rita.post(f"/cases/1/{where}", fields)
            self.assertEqual(page.status, 409)
            self.assertIn("The case has changed", page.text)
            self.assertIn("sam</strong> gave the case to sam", page.text)
            self.assertNotIn("took in", page.text, "what rita saw is not new")
        self.assertEqual(self.world.export(), before)
        # What rita chose is kept, for the case as it is now.
        again = next(fields for action, fields in page.forms if action == "/cases/1/back")
        self.assertEqual((again["seen"], again["why"]), ("2", "a landscape"))
        self.assertIn("a landscape</textarea>", rita.post("/cases/1/back", again).text)
        # The same button twice records once.
        form = rita.get("/cases/1").form("decide") | opinion
        self.assertEqual(rita.post("/cases/1/commit", form).status, 303)
        self.assertEqual(rita.post("/cases/1/commit", form).status, 409)

    def test_reading_changes_nothing(self) -> None:
        lena = self.world.signed_in("lena")
        before = self.world.export()
        for path in ("/cases/2/check", "/cases/2/commit", "/cases/2/back"):
            self.assertEqual(lena.get(f"{path}?step=close&seen=1").status, 404)
        page = lena.get("/cases/2")
        self.assertEqual(lena.post("/cases/2/check", page.form("decide") | {"outcome": "notConfirmed"}).status, 409)
        form = page.form("decide") | {"outcome": "notConfirmed", "why": "no <b>\r\nand no"}
        confirm = lena.post("/cases/2/check", form)
        self.assertIn("Record this?", confirm.text)
        self.assertIn("no &lt;b&gt;", confirm.text)
        back = lena.post("/cases/2/back", form)
        self.assertIn("no &lt;b&gt;\r\nand no</textarea>", back.text)
        self.assertEqual(self.world.export(), before)

    def test_what_was_recorded_is_said(self) -> None:
        """First on the next page, and in its title; of this person's own events alone."""
        sam, rita = self.world.signed_in("sam"), self.world.signed_in("rita")
        path = sam.act(5, "take", "commit").fields["Location"]
        page = sam.get(path)
        self.assertIn("<title>Recorded. Case 5", page.text)
        self.assertIn("<strong>Recorded:</strong> sam gave the case to sam.", page.text)
        self.assertNotIn("Recorded", rita.get(path).text)
        for wrong in ("done=0", "done=99", "done=-1", "done=x", "done=1"):
            for place in ("/cases/5", "/cases/5/matches/1"):
                page = sam.get(f"{place}?{wrong}")
                self.assertEqual(page.status, 200)
                self.assertNotIn("Recorded", page.text)
        path = sam.act(5, "judge", "commit", match="1", **{"class": "A2", "standing": "none"}).fields["Location"]
        self.assertIn("sam judged match 1: A2", sam.get(path).text)

    def test_a_refusal_keeps_what_was_written(self) -> None:
        rita = self.world.signed_in("rita")
        for step, fields in (
            ("decide", {"outcome": "confirmed", "why": "it is <on> the list"}),
            ("view", {"match": "1", "why": "it is <on> the list"}),
            ("judge", {"match": "1", "class": "A1", "standing": "none", "why": "[stated] it is <on> the list"}),
        ):
            for where in ("check", "commit"):
                page = rita.act(3, step, where, **fields)
                self.assertEqual(page.status, 409, page.text)
                [again] = [form for action, form in page.forms if action == "/cases/3/back"]
                back = rita.post("/cases/3/back", again)
                self.assertEqual(back.status, 200)
                if step != "view":
                    self.assertIn("it is &lt;on&gt; the list</textarea>", back.text)

    def test_a_session_that_ended_keeps_what_was_written(self) -> None:
        sam = self.world.signed_in("sam")
        form = sam.get("/cases/5").form("decide") | {"outcome": "notConfirmed", "why": "a long <reason>"}
        token = sam.get("/cases").token
        cookies = dict(sam.cookies)
        self.assertEqual(sam.post("/sign-out", {"token": token}).status, 303)
        sam.cookies = cookies
        before = self.world.export()
        for where in ("check", "commit", "back"):
            page = sam.post(f"/cases/5/{where}", form, Origin=self.world.origin)
            self.assertEqual(page.status, 401)
            self.assertIn("a long &lt;reason&gt;</textarea>", page.text)
            self.assertEqual(page.link("/sign-in"), "/sign-in?next=/cases/5")
            # To nobody else's page.
            page = sam.post(f"/cases/5/{where}", form, Origin="https://evil.example")
            self.assertEqual(page.status, 403)
            self.assertNotIn("a long", page.text)
        self.assertEqual(self.world.export(), before)

    def test_each_key_does_one_thing(self) -> None:
        lena, rita = self.world.signed_in("lena"), self.world.signed_in("rita")
        pages = [lena.get(path) for path in ("/cases", "/cases/1", "/cases/1/matches/2", "/trail", "/statistics")]
        pages += [rita.evidence(4, 2, "dim"), rita.evidence(4, 2), rita.act(4, "take"), lena.act(4, "close")]
        for page in pages:
            keys = [fields["accesskey"] for _, fields in page.elements if "accesskey" in fields]
            self.assertEqual(len(keys), len(set(keys)), (keys, page.text))
            self.assertGreaterEqual(len(keys), 3)

    def test_forms_that_are_none(self) -> None:
        lena = self.world.signed_in("lena")
        form = lena.get("/cases/2").form("decide")
        for change in (
            {"outcome": "guilty", "why": "x"},
            {"step": "erase"},
            {"step": "founded"},
            {"seen": "-1", "outcome": "notConfirmed"},
            {"step": "judge", "match": "1", "class": "A1"},
            {"step": "judge", "match": "x", "class": "A1", "standing": "baseline"},
        ):
            self.assertEqual(lena.post("/cases/2/commit", form | change).status, 400, change)
        long = {"outcome": "notConfirmed", "why": "x" * 4_097}
        self.assertEqual(lena.post("/cases/2/commit", form | long).status, 400)
        self.assertEqual(lena.post("/cases/2/commit", form | {"why": "x" * 40_000}).status, 413)
        self.assertEqual(lena.act(2, "judge", "commit", match="9", **{"class": "A1", "standing": "none"}).status, 409)
        for path in ("/cases/0", "/cases/99", "/cases/x", "/cases/1/matches/0", "/cases/1/matches/5", "/cases/1/x"):
            self.assertEqual(lena.get(path).status, 404, path)

    def test_killed_after_an_answer(self) -> None:
        rita = self.world.signed_in("rita")
        self.assertEqual(rita.act(4, "take", "commit").status, 303)
        self.world.stop(signal.SIGKILL)
        self.world.start()
        self.assertEqual(rita.get("/cases").status, 303, "sessions end with the process")
        self.assertIn("<dd>rita;", self.world.signed_in("rita").get("/cases/4").text)
        self.verified()

    def test_the_chain(self) -> None:
        ada = self.world.signed_in("ada")
        token = ada.get("/trail").token
        page = ada.post("/trail", {"token": token, "kept": ""})
        end = re.search(r"<code>(\d+:[0-9a-f]{64})</code>", page.text)
        assert end and "The chain holds" in page.text
        self.assertIn("that you kept", ada.post("/trail", {"token": token, "kept": end[1]}).text)
        number, digits = end[1].split(":")
        other = f"{number}:{digits[::-1]}"
        self.assertIn("The chain is broken", ada.post("/trail", {"token": token, "kept": other}).text)
        self.assertEqual(ada.post("/trail", {"token": token, "kept": "x"}).status, 400)

    def test_metrics(self) -> None:
        lena = self.world.signed_in("lena")
        lena.act(2, "close", "commit")
        text = self.world.metrics()
        self.assertIn('sealedmatch_review_sign_ins_total{outcome="signedIn"}', text)
        self.assertIn('sealedmatch_review_steps_total{step="closed",outcome="refused"}', text)


class Damage(PageTest):
    def test_a_changed_library_stops_work(self) -> None:
        rita = self.world.signed_in("rita")
        with sqlite3.connect(self.world.sample.folder / "cases.sqlite") as store:
            store.execute("UPDATE review SET viewed = 3 WHERE number = 2")
        page = rita.get("/cases/2")
        self.assertEqual(page.status, 503)
        self.assertIn("The library is damaged", page.text)
        self.assertEqual(rita.get("/cases/1").status, 200)
        answer = rita.post("/trail", {"token": rita.get("/trail").token, "kept": ""})
        self.assertIn("The chain is broken", answer.text)


class Proxied(unittest.TestCase):
    """Behind a proxy that names people, on a Unix socket; an origin with https."""

    def test_messages(self) -> None:
        """They name the address as it is written, and the file that is at fault."""
        with tempfile.TemporaryDirectory(prefix="sealedmatch-") as name:
            world = World(Path(name) / "sample", cases(), "--proxy-person", "X-Person")

            def refused(listen: str) -> str:
                more = ("--admin", f"127.0.0.1:{free_port()}", "--origin", "https://review.example.org", *world.more)
                command = world.sample.command(listen, *more)
                tried = subprocess.run(command, cwd=world.sample.folder, stderr=subprocess.PIPE, text=True)
                self.assertEqual(tried.returncode, 1)
                return tried.stderr

            self.assertIn("whoever reaches 127.0.0.1:8123 could", refused("127.0.0.1:8123"))
            self.assertIn("whoever reaches [::1]:8123 could", refused("[::1]:8123"))
            key = world.sample.folder / "cases.key"
            key.chmod(0o644)
            said = refused(f"unix:{name}/page.sock")
            self.assertIn("[error 107]", said)
            self.assertIn("cases.key: ", said)
            self.assertNotIn("cases.sqlite", said)

    def test_people_of_a_proxy(self) -> None:
        with tempfile.TemporaryDirectory(prefix="sealedmatch-") as name:
            folder = Path(name)
            world = World(folder / "sample", cases(), "--proxy-person", "X-Person")
            path = str(folder / "page.sock")
            world.more = (*world.more, "--listen", f"unix:{path}", "--origin", "https://review.example.org")
            command = world.sample.command(f"unix:{path}", "--admin", f"127.0.0.1:{free_port()}", *world.more[:2])
            log = open(folder / "page.log", "wb")
            refused = subprocess.run(command, cwd=world.sample.folder, stderr=subprocess.PIPE, text=True)
            self.assertEqual(refused.returncode, 1)
            self.assertIn("origin", refused.stderr)
            running = subprocess.Popen([*command, *world.more[-2:]], cwd=world.sample.folder, stderr=log)
            self.addCleanup(log.close)
            try:
                end = time.monotonic() + SECONDS
                while True:
                    assert running.poll() is None and time.monotonic() < end, (folder / "page.log").read_text()
                    # The socket has its name before anybody listens on it.
                    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as tried:
                        tried.connect(path)
                        break
                    time.sleep(0.02)

                def ask(method: str, where: str, body: str = "", **fields: str) -> http.client.HTTPResponse:
                    connection = http.client.HTTPConnection("localhost", timeout=SECONDS)
                    connection.sock = socket.socket(socket.AF_UNIX)
                    connection.sock.connect(path)
                    self.addCleanup(connection.close)
                    kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
                    sent = {key.replace("_", "-"): value for key, value in fields.items()}
                    connection.request(method, where, body or None, kind | sent)
                    return connection.getresponse()

                self.assertEqual(ask("GET", "/cases").status, 401)
                self.assertEqual(ask("GET", "/cases", X_Person="nobody").status, 403)
                self.assertEqual(ask("GET", "/cases", X_Person="<b>").status, 403)
                reply = ask("GET", "/cases/1", X_Person="rita")
                cookie = reply.headers["Set-Cookie"]
                self.assertRegex(
                    cookie, r"^__Host-sealedmatch=[0-9a-f]{64}; Path=/; HttpOnly; SameSite=Strict; Secure$"
                )
                text = reply.read().decode()
                token = re.search(r'name="token" value="([0-9a-f]{64})"', text)
                assert token
                self.assertNotIn("Sign out", text)
                body = f"token={token[1]}&step=take&seen=1"
                value = cookie.partition(";")[0]
                origin = "https://review.example.org"
                # Neither another person's session nor another origin's page.
                self.assertEqual(
                    ask("POST", "/cases/1/commit", body, X_Person="sam", Cookie=value, Origin=origin).status, 403
                )
                self.assertEqual(
                    ask("POST", "/cases/1/commit", body, X_Person="rita", Cookie=value, Origin="https://x").status, 403
                )
                self.assertEqual(
                    ask("POST", "/cases/1/commit", body, X_Person="rita", Cookie=value, Origin=origin).status, 303
                )
            finally:
                running.terminate()
                self.assertEqual(running.wait(SECONDS), 0)


if __name__ == "__main__":
    unittest.main()
