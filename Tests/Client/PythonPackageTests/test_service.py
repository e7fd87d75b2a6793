"""The collector's service before everybody who sends too slowly, too much, or what is no HTTP; and files that are not
its own. Real processes, real sockets."""

from __future__ import annotations

import contextlib
import hashlib
import os
import resource
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from published import Published
from sealedmatch import BlindedSet, Client, ErrorCode, MediaItem, account_of
from sealedmatch.testing import World
from sealedmatch.upload import Refusal, Retries, Uploader
from services import Service

NAME = "@anna:example.org"


@contextlib.contextmanager
def running(directory: Path, published: Published, *options: str) -> Iterator[Service]:
    with Service(directory, published.file, options=options) as service:
        yield service


@pytest.fixture
def anna(tmp_path: Path, known: BlindedSet) -> Iterator[Client]:
    with Client(tmp_path / "anna", known, account_of(NAME), window=0) as client:
        for number in range(3):
            client.seal(MediaItem.exact(hashlib.sha256(b"%d" % number).digest()))
        yield client


def deliver(service: Service, client: Client) -> tuple[int, tuple[Refusal, ...]]:
    with Uploader(
        service.address, lambda: service.token(NAME), retries=Retries(attempts=8, first=0.2, longest=5.0)
    ) as uploader:
        delivery = uploader.deliver(client)
        return delivery.stored, delivery.refused


def connection(service: Service) -> socket.socket:
    return socket.create_connection(("127.0.0.1", service.port), timeout=60)


def head(service: Service, *fields: str, line: str = "POST /v1/vouchers HTTP/1.1") -> bytes:
    own = [
        line, "Host: localhost", f"Authorization: Bearer {service.token(NAME)}",
        "Content-Type: application/vnd.sealedmatch.vouchers", *fields,
    ]  # fmt: skip
    return "\r\n".join(own).encode() + b"\r\n\r\n"


def rest(side: socket.socket) -> bytes:
    """All that comes until the server ends the connection."""
    content = b""
    with contextlib.suppress(ConnectionError):
        while data := side.recv(1 << 16):
            content += data
    return content


def status(reply: bytes) -> int:
    return int(reply.split(b" ", 2)[1])


def test_who_sends_slowly_is_cut_off(tmp_path: Path, published: Published, anna: Client) -> None:
    with running(tmp_path / "service", published, "--header-seconds", "1", "--body-seconds", "1") as service:
        with connection(service) as nothing, connection(service) as half, connection(service) as body:
            half.sendall(b"POST /v1/vouchers HTTP/1.1\r\nHost: lo")
            body.sendall(head(service, "Content-Length: 4000") + b"\0" * 10)
            # One byte now and then does not help.
            with contextlib.suppress(ConnectionError):
                for _ in range(40):
                    half.sendall(b"c")
                    body.sendall(b"\0")
                    time.sleep(0.1)
            assert rest(nothing) == b"" and b" 200 " not in rest(half) and b" 200 " not in rest(body)
        assert deliver(service, anna) == (3, ())


def test_giant_bodies_are_not_read(tmp_path: Path, published: Published, anna: Client) -> None:
    with running(tmp_path / "service", published) as service:
        for fields, expected in [
            (("Content-Length: 99999999999",), 413),
            (("Transfer-Encoding: chunked",), 411),
            (("Content-Length: 10", "Content-Encoding: gzip"), 415),
        ]:
            with connection(service) as side:
                side.sendall(head(service, *fields))
                assert status(rest(side)) == expected, fields
        for fields in [("Content-Length: -1",), ("Content-Length: x",), ("Content-Length: 1", "Content-Length: 2")]:
            with connection(service) as side:
                side.sendall(head(service, *fields))
                assert status(rest(side)) in (400, 411), fields
        assert deliver(service, anna) == (3, ())


def reply(side: socket.socket) -> tuple[int, bytes]:
    """The next reply's status and body, and no byte behind it."""
    text = b""
    while not text.endswith(b"\r\n\r\n"):
        byte = side.recv(1)
        assert byte, text
        text += byte
    fields = dict(line.lower().split(b": ", 1) for line in text.split(b"\r\n")[1:-2])
    count, body = int(fields.get(b"content-length", 0)), b""
    while len(body) < count:
        body += side.recv(count - len(body))
    return status(text), body


ASKS = "Expect: 100-continue"
CURRENT = b"GET /v1/sets/current HTTP/1.1\r\nHost: localhost\r\n\r\n"


def test_who_asks_before_a_body_is_told_to_go_on(tmp_path: Path, published: Published, anna: Client) -> None:
    vouchers = b"".join(waiting.voucher for waiting in anna.due())
    (registration,) = anna.registrations()
    line = f"PUT /v1/registrations/{int.from_bytes(registration[4:8], 'little')} HTTP/1.1"
    typed = "Content-Type: application/vnd.sealedmatch.registration"
    with running(tmp_path / "service", published) as service, connection(service) as side:
        asking = head(service, f"Content-Length: {len(registration)}", ASKS, line=line)
        side.sendall(asking.replace(b"Content-Type: application/vnd.sealedmatch.vouchers", typed.encode()))
        assert reply(side) == (100, b"")
        side.sendall(registration)
        assert reply(side)[0] == 201
        # The connection stays. What is sent behind one another is answered in that order.
        asking = head(service, f"Content-Length: {len(vouchers)}", ASKS.upper())
        side.sendall(CURRENT + asking)
        assert reply(side)[0] == 307 and reply(side) == (100, b"")
        side.sendall(vouchers + CURRENT + asking)
        assert reply(side) == (200, b'{"vouchers":[{"status":"stored"},{"status":"stored"},{"status":"stored"}]}\n')
        assert reply(side)[0] == 307 and reply(side) == (100, b"")
        # Who does not wait is answered all the same.
        side.sendall(vouchers + asking + vouchers + head(service, "Content-Length: 0", ASKS))
        assert b"alreadyStored" in reply(side)[1] and reply(side) == (100, b"")
        assert b"alreadyStored" in reply(side)[1]
        assert status(rest(side)) == 400, "an empty body is there already"


@pytest.mark.parametrize(
    ("fields", "line", "expected"),
    [
        (("Content-Length: 99999999",), "POST /v1/vouchers HTTP/1.1", 413),
        (("Content-Length: 4000", "Content-Encoding: gzip"), "POST /v1/vouchers HTTP/1.1", 415),
        (("Transfer-Encoding: chunked",), "POST /v1/vouchers HTTP/1.1", 411),
        (("Content-Length: 4000",), "POST /v1/elsewhere HTTP/1.1", 404),
        (("Content-Length: 4000",), "PUT /v1/vouchers HTTP/1.1", 405),
        (("Content-Length: 4000", "Authorization: Bearer none"), "POST /v1/vouchers HTTP/1.1", 401),
    ],
)
def test_who_asks_and_is_refused_keeps_the_body(
    tmp_path: Path, published: Published, fields: tuple[str, ...], line: str, expected: int
) -> None:
    with running(tmp_path / "service", published) as service, connection(service) as side:
        side.sendall(CURRENT + head(service, *fields, ASKS, line=line))
        assert reply(side)[0] == 307
        answer = rest(side)
        assert status(answer) == expected and b"connection: close" in answer.lower()


def test_the_operator_asks_too(tmp_path: Path, published: Published) -> None:
    with running(tmp_path / "service", published) as service:

        def asking(token: str, count: int) -> bytes:
            fields = ["POST /v1/erasures HTTP/1.1", "Host: x", f"Authorization: Bearer {token}", ASKS]
            return "\r\n".join([*fields, f"Content-Length: {count}"]).encode() + b"\r\n\r\n"

        token = (service.directory / "admin.token").read_text()
        # A collector has no openings, and says so before it takes a body.
        for sent, expected in [(asking("none", 99), 401), (asking(token, 99), 404)]:
            with socket.create_connection(("127.0.0.1", service.admin_port), timeout=60) as side:
                side.sendall(sent)
                assert reply(side)[0] == expected and rest(side) == b""


def test_curl_is_told_to_go_on(tmp_path: Path, published: Published) -> None:
    body = tmp_path / "body"
    body.write_bytes(b"\0" * 1_100_000)
    with running(tmp_path / "service", published) as service:
        done = subprocess.run(
            [
                "curl", "--silent", "--verbose", "--expect100-timeout", "60", "--data-binary", f"@{body}",
                "--header", f"Authorization: Bearer {service.token(NAME)}",
                "--header", "Content-Type: application/vnd.sealedmatch.vouchers", f"{service.address}/v1/vouchers",
            ],
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert "< HTTP/1.1 100 Continue" in done.stderr and "< HTTP/1.1 200 OK" in done.stderr, done.stderr
        assert "urn:sealedmatch:error:" in done.stdout


@pytest.mark.parametrize(
    "content",
    [
        b"\0" * 5_000,
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"POST /v1/vouchers\r\n\r\n",
        b"\r\n" * 9_000,
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: " + b"b" * 100_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 10_000 + b"\r\n",
    ],
)
def test_what_is_no_http_ends_its_connection(
    tmp_path: Path, published: Published, anna: Client, content: bytes
) -> None:
    with running(tmp_path / "service", published, "--header-seconds", "2") as service:
        with connection(service) as side:
            with contextlib.suppress(ConnectionError):
                side.sendall(content)
                side.shutdown(socket.SHUT_WR)
            reply = rest(side)
            assert reply == b"" or status(reply) in (400, 431, 505), reply[:200]
        assert deliver(service, anna) == (3, ())


def test_ten_thousand_half_open_connections(tmp_path: Path, published: Published, anna: Client) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = min(10_000, hard - 200)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        options = ("--connections", "4000", "--header-seconds", "2")
        with running(tmp_path / "service", published, *options) as service, contextlib.ExitStack() as sides:
            for number in range(count):
                side = sides.enter_context(socket.socket())
                side.setblocking(False)
                side.connect_ex(("127.0.0.1", service.port))
                if number % 2:
                    # Some are there for a moment only: the listen queue takes what it takes.
                    with contextlib.suppress(OSError):
                        side.send(b"POST /v1/vouchers HT")
            # Nobody helps: they are cut off, and the next one is served.
            assert deliver(service, anna) == (3, ())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_set_that_nobody_announced(tmp_path: Path, published: Published, known: BlindedSet, anna: Client) -> None:
    # Another deployment's set: built of the same lists, with another root.
    folder = tmp_path / "other"
    folder.mkdir()
    for source in ("one", "two"):
        for ending in (".key", ".key.pub", ".txt"):
            shutil.copy(published.file.parent / f"{source}{ending}", folder / f"{source}{ending}")
    other = published.build(folder / "known.smset")
    with Service(tmp_path / "service", other) as service:
        stored, refused = deliver(service, anna)
        assert stored == 0 and {refusal.code for refusal in refused} <= {ErrorCode.UNKNOWN_SET}
        # Nothing is lost: when the set is announced, what was sealed under it is taken.
        service.sets.append(published.file)
        service.restart()
        waiting = len(list(anna.due()))
        assert deliver(service, anna) == (waiting, ())


def start(*options: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [os.environ["SEALEDMATCH_SERVICE"], *map(str, options)],
        capture_output=True, text=True, timeout=60, env={**os.environ, **environment},
    )  # fmt: skip


def test_files_of_others_are_refused_and_left(tmp_path: Path, published: Published) -> None:
    with running(tmp_path / "service", published) as service:
        database, keys = service.database, service.directory / "jwks.json"
    common = ["collector", "--set", published.file, "--token-keys", keys, "--listen", "127.0.0.1:0"]

    def refused(file: Path, *words: str) -> None:
        before = file.read_bytes()
        found = start(*common, "--admin", "127.0.0.1:0", "--database", file)
        assert found.returncode == 1 and all(word in found.stderr for word in words), found.stderr
        assert file.read_bytes() == before

    newer = tmp_path / "newer.sqlite"
    shutil.copy(database, newer)
    with contextlib.closing(sqlite3.connect(newer)) as file:
        file.execute("CREATE TABLE later (x)")
        file.execute("PRAGMA journal_mode = DELETE")
        file.commit()
    refused(newer, "newer.sqlite", "newer version")
    other = tmp_path / "other.sqlite"
    with contextlib.closing(sqlite3.connect(other)) as file:
        file.execute("CREATE TABLE notes (x)")
        file.commit()
    refused(other, "other.sqlite", "something else")
    damaged = tmp_path / "damaged.sqlite"
    damaged.write_bytes(b"no database" * 1_000)
    refused(damaged, "damaged.sqlite")


def test_settings_that_are_wrong_say_so(tmp_path: Path, published: Published) -> None:
    keys = tmp_path / "jwks.json"
    keys.write_text('{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}')
    good = ["collector", "--set", published.file, "--database", tmp_path / "c.sqlite"]
    token = ["--token-keys", keys]
    for options, word in [
        (good, "authentication"),
        ([*good, *token, "--proxy-account", "X-Account"], "authentication"),
        ([*good, "--proxy-account", "X-Account"], "proxy-secret-file"),
        ([*good, *token, "--listen", "nowhere"], "listen"),
        ([*good, *token, "--admin", "0.0.0.0:80"], "admin"),
        ([*good, *token, "--connections", "many"], "connections"),
        ([*good, *token, "--settings", tmp_path / "none.json"], "none.json"),
        (["collector", "--database", tmp_path / "c.sqlite", *token], "set"),
        (["collector", "--set", published.file, *token], "database"),
        ([*good, "--token-keys", published.file], "known.smset"),
        ([*good, *token, "--database", "nats://127.0.0.1:1"], "deployment"),
    ]:
        found = start(*options)
        assert found.returncode == 1 and found.stderr.startswith("sealedmatchd: ") and word in found.stderr, (
            options, found.stderr,
        )  # fmt: skip
    settings = tmp_path / "settings.json"
    for content, word in [
        ('{"lisen": "x"}', "lisen"),
        ("[]", "object"),
        ("{", "no JSON"),
        ('{"database": []}', "database"),
    ]:
        settings.write_text(content)
        found = start("collector", "--settings", settings)
        assert found.returncode == 1 and word in found.stderr, (content, found.stderr)
    environment = {**os.environ, "SEALEDMATCHD_LISEN": "x"}
    found = subprocess.run(
        [os.environ["SEALEDMATCH_SERVICE"], "collector"], env=environment, capture_output=True, text=True, timeout=60
    )
    assert found.returncode == 1 and "SEALEDMATCHD_LISEN" in found.stderr
    secret = tmp_path / "secret"
    secret.write_text("0123456789abcdef")
    secret.chmod(0o644)
    found = start(*good, *token, "--admin-token-file", secret)
    assert found.returncode == 1 and "secret" in found.stderr and "chmod" in found.stderr


@pytest.mark.parametrize("role", ["collector", "opener", "reveal", "all"])
def test_no_role_takes_a_set_for_tests(tmp_path: Path, role: str) -> None:
    with World(known=["one"]) as world:
        options = [role, "--set", world.set_file(), "--database", tmp_path / "c.sqlite", "--admin", "127.0.0.1:0"]
        options += ["--without-lists"] if role in ("reveal", "all") else []
        refused = start(*options)
        assert refused.returncode == 1 and "the set is for tests" in refused.stderr, refused.stderr
        # It was this that stood in the way: now something else is missing.
        missing = start(*options, "--allow-test-sets")
        assert missing.returncode == 1 and "for tests" not in missing.stderr, missing.stderr


def test_what_a_store_does_not_keep_is_refused(tmp_path: Path, published: Published) -> None:
    keys = tmp_path / "jwks.json"
    keys.write_text('{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}')
    secret = tmp_path / "secret"
    secret.touch(0o600)
    secret.write_bytes(b"0123456789abcdef" * 2)
    file, token = ["--set", published.file, "--database", tmp_path / "c.sqlite"], ["--token-keys", keys]
    nats = ["--set", published.file, "--database", "nats://127.0.0.1:1", "--deployment", "test"]
    authority = ["--authority", tmp_path / "a.sqlite"]
    proxy = ["--proxy-account", "X-Account", "--listen", f"unix:{tmp_path}/socket"]
    lists = ["--without-lists", "--cases", tmp_path / "cases"]
    for options, setting, word in [
        (["collector", *nats, *token, "--vouchers-per-epoch", "9"], "vouchers-per-epoch", "JetStream counts no"),
        (["all", *nats, *token, *lists, "--vouchers-per-epoch", "65536"], "vouchers-per-epoch", "JetStream counts no"),
        (["collector", *file, *token, "--nats-replicas", "3"], "nats-replicas", "is for JetStream"),
        (["opener", *file, *authority, "--nats-credentials", secret], "nats-credentials", "is for JetStream"),
        (["reveal", *file, *authority, *lists, "--nats-ca", secret], "nats-ca", "is for JetStream"),
        (["opener", *file, *authority, "--data-keys", secret], "data-keys", "is for PostgreSQL"),
        (["collector", *file, *token, "--proxy-secret-file", secret], "proxy-secret-file", "is for proxy-account"),
        (["collector", *file, *proxy, "--token-issuer", "x"], "token-issuer", "is for token-keys"),
        (["collector", *file, *proxy, "--token-audience", "x"], "token-audience", "is for token-keys"),
    ]:
        found = start(*options, "--admin", "127.0.0.1:0")
        assert found.returncode == 1 and f"{setting}: " in found.stderr and word in found.stderr, found.stderr
    # Both stores are files: the name of a deployment says nothing.
    found = start("opener", *file, *authority, "--first-run", "--deployment", "test", "--admin", "127.0.0.1:0")
    assert found.returncode == 1 and "deployment: is for JetStream and PostgreSQL" in found.stderr, found.stderr


@pytest.mark.parametrize(
    ("mode", "inside", "named", "good"),
    [
        # As systemd makes them, by an access list or by the owner; named by path, or as a credential.
        (0o440, True, False, True), (0o440, True, True, True), (0o400, True, True, True), (0o600, False, False, True),
        (0o440, False, False, False), (0o444, True, True, False), (0o460, True, False, False),
        (0o604, True, True, False),
    ],
)  # fmt: skip
def test_credentials_of_systemd(
    tmp_path: Path, published: Published, mode: int, inside: bool, named: bool, good: bool
) -> None:
    folder = tmp_path / "credentials"
    folder.mkdir()
    secret = (folder if inside else tmp_path) / "admin.token"
    secret.write_text("0123456789abcdef")
    secret.chmod(mode)
    # Whoever is refused never comes to the second mistake.
    found = start(
        "collector", "--set", published.file, "--database", tmp_path / "c.sqlite", "--admin", "127.0.0.1:0",
        "--admin-token-file", "admin.token" if named else secret, CREDENTIALS_DIRECTORY=str(folder),
    )  # fmt: skip
    assert found.returncode == 1
    assert ("authentication" in found.stderr) == good and ("[error 107]" in found.stderr) != good, found.stderr


def test_a_name_that_is_no_credential_is_a_path(tmp_path: Path, published: Published) -> None:
    for name, environment in [("none.token", {"CREDENTIALS_DIRECTORY": str(tmp_path)}), ("none.token", {})]:
        found = start(
            "collector", "--set", published.file, "--database", tmp_path / "c.sqlite", "--admin", "127.0.0.1:0",
            "--admin-token-file", name, **environment,
        )  # fmt: skip
        assert found.returncode == 1 and "none.token: there is no such file" in found.stderr, found.stderr
