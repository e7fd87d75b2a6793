"""`sealedmatch.upload` against the service that operators run, over real sockets, with a proxy between that breaks."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import http.client
import ipaddress
import os
import shutil
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from faulty_proxy import Fault, FaultyProxy, Seen
from published import LIST, Published
from sealedmatch import (
    BlindedSet,
    Client,
    ErrorCode,
    MachineError,
    MediaItem,
    Outbox,
    SealedMatchError,
    SetError,
    account_of,
)
from sealedmatch.upload import (
    BadReply,
    Closed,
    InsecureAddress,
    NotAuthenticated,
    Notice,
    Refusal,
    Retries,
    Unavailable,
    UntrustedServer,
    Uploader,
    fetch_set,
    proof_of,
)
from services import Service
from test_logged_sets import Log

NAME = "@anna:example.org"
#: Tests do not wait between attempts; what a server asks for is waited.
AT_ONCE = Retries(attempts=4, first=0.0, longest=5.0)


def item(number: int) -> MediaItem:
    return MediaItem.exact(hashlib.sha256(b"%d" % number).digest())


def client_of(directory: Path, known: BlindedSet, count: int, name: str = NAME) -> Client:
    """With some vouchers that are due."""
    client = Client(directory, known, account_of(name), window=0)
    for number in range(count):
        client.seal(item(number))
    return client


def names(client: Client) -> list[str]:
    return [waiting.voucher_id for waiting in client.due()]


@pytest.fixture
def service(tmp_path: Path, published: Published) -> Iterator[Service]:
    with Service(tmp_path / "service", published.file) as service:
        yield service


@pytest.fixture
def anna(tmp_path: Path, known: BlindedSet) -> Iterator[Client]:
    with client_of(tmp_path / "anna", known, 5) as anna:
        yield anna


def uploader_of(service: Service, address: str | None = None, **options: object) -> Uploader:
    options = {"retries": AT_ONCE, **options}
    return Uploader(address or service.address, lambda: service.token(NAME), **options)  # type: ignore[arg-type]


# -- What arrives


def test_everything_arrives_once(service: Service, anna: Client) -> None:
    sent = names(anna)
    with uploader_of(service) as uploader:
        first = uploader.deliver(anna)
        assert (first.stored, first.registered, first.refused, first.put_off) == (5, 1, (), ())
        assert names(anna) == [] and service.stored() == sent
        again = uploader.deliver(anna)
        assert (again.stored, again.registered) == (0, 1)
    assert service.stored() == sent


def test_over_a_unix_socket(tmp_path: Path, published: Published, anna: Client) -> None:
    with Service(tmp_path / "service", published.file, listen=f"unix:{tmp_path}/socket") as service:
        with uploader_of(service) as uploader:
            assert uploader.deliver(anna).stored == 5
        assert len(service.stored()) == 5


def test_an_outbox_of_a_sealer(service: Service, anna: Client, tmp_path: Path) -> None:
    with Outbox(tmp_path / "outbox", window=0) as outbox, uploader_of(service) as uploader:
        for waiting in anna.due():
            outbox.put(waiting.voucher)
        with pytest.raises(TypeError, match="registrations"):
            uploader.deliver(outbox)
        assert uploader.deliver(outbox, anna.registrations()).stored == 5
        assert list(outbox.due()) == [] and len(service.stored()) == 5


def test_batches(service: Service, known: BlindedSet, anna: Client) -> None:
    with FaultyProxy(service.port) as proxy, uploader_of(service, proxy.address, batch=2) as uploader:
        sent = names(anna)
        assert uploader.deliver(anna).stored == 5
        assert [len(seen.body) // known.info.voucher_bytes for seen in proxy.requests("POST")] == [2, 2, 1]
        assert proxy.connections == 1
    assert service.stored() == sent
    for batch in (0, 257):
        with pytest.raises(ValueError, match="1 to 256"):
            uploader_of(service, batch=batch)


def test_requests_say_nothing_of_matches(tmp_path: Path, published: Published) -> None:
    """Two accounts send as much; everything of one is listed, nothing of the other's."""
    listed = [hashlib.sha256(b"%d" % number).hexdigest() for number in range(20)]
    folder = tmp_path / "set"
    folder.mkdir()
    for source in ("one", "two"):
        for suffix in ("key", "key.pub"):
            (folder / f"{source}.{suffix}").write_bytes((published.file.parent / f"{source}.{suffix}").read_bytes())
        (folder / f"{source}.key").chmod(0o600)
        (folder / f"{source}.txt").write_text("\n".join([*LIST, *(f"sha256 {digest}" for digest in listed)]))
    own = Published(folder / "known.smset", published.sources, published.tool)
    own.build(own.file)
    shown: list[list[tuple[object, ...]]] = []
    with BlindedSet.open(own.file, own.trust) as known, Service(tmp_path / "service", own.file) as service:
        for name, first in (("@anna:example.org", 0), ("@bert:example.org", 1_000)):
            with (
                Client(tmp_path / name, known, account_of(name), window=0) as client,
                FaultyProxy(service.port) as proxy,
                Uploader(proxy.address, lambda name=name: service.token(name), batch=8, retries=AT_ONCE) as uploader,
            ):
                for number in range(first, first + 20):
                    client.seal(item(number))
                assert uploader.deliver(client).stored == 20
                shown.append([_shape(seen) for seen in proxy.seen])
    assert shown[0] == shown[1] and len(shown[0]) == 4


def _shape(seen: Seen) -> tuple[object, ...]:
    fields = {
        name: len(value) if name == "Authorization" else value for name, value in seen.fields.items() if name != "Host"
    }
    return seen.method, seen.path, fields, len(seen.body), seen.status


# -- What breaks


@pytest.mark.parametrize(
    ("fault", "requests"),
    [
        (Fault(request=0.5), 2),
        (Fault(reply=0.0), 2),
        (Fault(reply=0.5), 2),
        (Fault(times=2), 1),
        (Fault(is_slow=True), 1),
    ],
    ids=["cut", "reply lost", "reply cut", "twice", "slow"],
)
@pytest.mark.parametrize("where", ["registration", "vouchers"])
def test_a_broken_request_is_sent_again(
    service: Service, anna: Client, fault: Fault, requests: int, where: str
) -> None:
    sent = names(anna)
    faults = [fault] if where == "registration" else [Fault(), fault]
    with FaultyProxy(service.port, faults) as proxy, uploader_of(service, proxy.address) as uploader:
        assert uploader.deliver(anna).stored == 5
        assert len(proxy.requests("PUT" if where == "registration" else "POST")) == requests
    assert service.stored() == sent and names(anna) == []


def test_a_server_that_says_nothing(service: Service, anna: Client) -> None:
    with FaultyProxy(service.port, [Fault(), *[Fault(is_silent=True)] * 4]) as proxy:
        with uploader_of(service, proxy.address, timeout=0.3) as uploader:
            with pytest.raises(Unavailable, match="TimeoutError.*4 attempts failed, nothing is lost"):
                uploader.deliver(anna)
            assert service.stored() == [] and len(names(anna)) == 5
            assert uploader.deliver(anna).stored == 5
    assert len(service.stored()) == 5


def test_a_service_that_is_down(service: Service, anna: Client) -> None:
    service.kill()
    with uploader_of(service) as uploader:
        with pytest.raises(Unavailable, match="ConnectionRefusedError"):
            uploader.deliver(anna)
        service.start()
        assert uploader.deliver(anna).stored == 5


@pytest.mark.parametrize("when", ["sent", "after"])
@pytest.mark.parametrize("where", ["registration", "vouchers"])
def test_the_service_is_killed_between_request_and_reply(service: Service, anna: Client, when: str, where: str) -> None:
    """As soon as it has the request, or when it has written its reply, which is lost: no voucher is lost, none is there
    twice.
    """
    sent = names(anna)
    fault = Fault(sent=service.restart) if when == "sent" else Fault(after=service.restart, reply=0.0)
    faults = [fault] if where == "registration" else [Fault(), fault]
    with FaultyProxy(service.port, faults) as proxy, uploader_of(service, proxy.address) as uploader:
        assert uploader.deliver(anna).stored == 5
        # A reply that had left before the service was killed counts.
        assert len(proxy.seen) == 3 or (when == "sent" and len(proxy.seen) == 2)
    assert service.stored() == sent and names(anna) == []
    assert service.rows("SELECT count(*) FROM registration") == [(1,)]


def test_the_uploader_is_killed(service: Service, anna: Client, published: Published, tmp_path: Path) -> None:
    """In the middle of an upload, when the service has stored a voucher whose reply is lost. The next run ends it."""
    sent = names(anna)
    anna.close()
    token = private_file(tmp_path / "token", service.token(NAME))
    run: list[subprocess.Popen[str]] = []
    faults = [Fault(), Fault(), Fault(), Fault(after=lambda: run[0].kill(), reply=0.0)]
    with FaultyProxy(service.port, faults) as proxy:
        arguments = command(proxy.address, token, tmp_path / "anna", published, "--batch", "1")
        run.append(subprocess.Popen(arguments, text=True))
        assert run[0].wait(60) == -signal.SIGKILL
        assert sorted(service.stored()) == sorted(sent[:3])
        done = subprocess.run(arguments, text=True, capture_output=True)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        assert "uploaded 3 vouchers, 1 registrations; 0 refused for good, 0 put off" in done.stdout
    assert service.stored() == sent


def test_closing_ends_the_waiting_between_attempts(service: Service, anna: Client) -> None:
    service.kill()
    with uploader_of(service, retries=Retries(attempts=1_000, first=3_000, longest=3_600)) as uploader:
        ended: list[BaseException] = []

        def deliver() -> None:
            try:
                uploader.deliver(anna)
            except BaseException as error:
                ended.append(error)

        thread = threading.Thread(target=deliver)
        thread.start()
        uploader.close()
        thread.join(60)
        assert [type(error) for error in ended] == [Closed] and len(names(anna)) == 5


# -- Who sends


def test_an_expired_token_is_renewed(service: Service, anna: Client) -> None:
    """At first, and once more between two batches."""
    given: list[str] = []

    def token() -> str:
        given.append(service.token(NAME, seconds=600 if given else -1))
        return given[-1]

    ended = Fault(answer=(401, {}, b""))
    with (
        FaultyProxy(service.port, [Fault(), Fault(), Fault(), ended]) as proxy,
        Uploader(proxy.address, token, batch=2, retries=AT_ONCE) as uploader,
    ):
        assert uploader.deliver(anna).stored == 5
        assert [seen.status for seen in proxy.seen] == [401, 201, 200, 401, 200, 200]
    assert len(given) == 3 and len(service.stored()) == 5


def test_tokens_that_are_not_good(service: Service, anna: Client) -> None:
    for token, text in [
        (service.token(NAME, seconds=-1), "expired.*log in again"),
        (service.token("@eve:example.org"), "another account than the client"),
        ("no token\r\nX-Account: eve", "is none"),
        ("a.b.c", "no JSON Web Token"),
    ]:
        with Uploader(service.address, lambda token=token: token, retries=AT_ONCE) as uploader:
            with pytest.raises(NotAuthenticated, match=text) as refused:
                uploader.deliver(anna)
        assert token not in str(refused.value)

    def nobody() -> str:
        asked.append(1)
        raise PermissionError("logged out")

    asked: list[int] = []
    with Uploader(service.address, nobody, retries=AT_ONCE) as uploader:
        with pytest.raises(PermissionError, match="logged out"):
            uploader.deliver(anna)
    assert asked == [1], "no network failed: there is no other attempt"
    with Uploader(service.address, None, retries=AT_ONCE) as uploader:
        with pytest.raises(NotAuthenticated, match="a token is needed"):
            uploader.deliver(anna)
    assert len(names(anna)) == 5 and service.stored() == []


def test_a_token_that_expires_before_a_large_request(service: Service, known: BlindedSet, tmp_path: Path) -> None:
    """The service answers before it has read a body of a megabyte, and ends the connection. The reply arrives all the
    same: there is one attempt alone.
    """
    tokens = [service.token(NAME), service.token(NAME, seconds=-1)]
    with client_of(tmp_path / "anna", known, 257) as anna:
        with uploader_of(service) as uploader:
            uploader.deliver(_Nothing(), anna.registrations())
        with Uploader(service.address, lambda: tokens.pop(), retries=Retries(attempts=1)) as uploader:
            assert uploader.deliver(anna, []).stored == 257
    assert tokens == []


class _Nothing:
    """A source without vouchers."""

    def due(self, now: float | None = None) -> list[object]:
        return []


def test_plain_http_is_for_this_machine(anna: Client) -> None:
    for address in ("http://collector.example.org", "http://192.0.2.1:8080", "http://[2001:db8::1]"):
        with pytest.raises(InsecureAddress, match="in the clear.*https"):
            Uploader(address, lambda: "token")
        Uploader(address, lambda: "token", allow_plain_http=True).close()
    for address in (
        "http://127.0.0.1:1",
        "http://localhost",
        "http://[::1]:80",
        "https://collector.example.org/sealed",
    ):
        Uploader(address, lambda: "token").close()
    for address in ("", "collector.example.org", "ftp://x", "https://", "https://a:b@c", "https://a:x", "unix:socket"):
        with pytest.raises(ValueError, match="address|ort|socket"):
            Uploader(address, lambda: "token")


def certificate(directory: Path, name: x509.GeneralName) -> tuple[Path, ssl.SSLContext]:
    """Its file, and a server's end."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a test")])
    signed = (
        x509.CertificateBuilder().subject_name(called).issuer_name(called).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - datetime.timedelta(1)).not_valid_after(now + datetime.timedelta(1))
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    directory.mkdir()
    encoding = serialization.Encoding.PEM
    (directory / "cert.pem").write_bytes(signed.public_bytes(encoding))
    (directory / "key.pem").write_bytes(
        key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "cert.pem", directory / "key.pem")
    return directory / "cert.pem", context


def test_tls(service: Service, anna: Client, tmp_path: Path) -> None:
    ours, server = certificate(tmp_path / "ours", x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    others, _ = certificate(tmp_path / "others", x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    elsewhere, wrong_name = certificate(tmp_path / "elsewhere", x509.DNSName("elsewhere.example"))
    for context, file in ((server, None), (server, others), (wrong_name, elsewhere)):
        with FaultyProxy(service.port, tls=context) as proxy:
            tls = ssl.create_default_context(cafile=file) if file else None
            with uploader_of(service, proxy.address, tls=tls) as uploader:
                with pytest.raises(UntrustedServer, match="certificate is not good"):
                    uploader.deliver(anna)
            assert proxy.seen == [] and proxy.connections == 1, "no token, no voucher, no second attempt"
    with FaultyProxy(service.port, tls=server) as proxy:
        with uploader_of(service, proxy.address, tls=ssl.create_default_context(cafile=ours)) as uploader:
            assert uploader.deliver(anna).stored == 5


# -- What is refused


def test_the_rate_limit(tmp_path: Path, published: Published, anna: Client) -> None:
    options = ("--burst", "2", "--vouchers-per-second", "2")
    with Service(tmp_path / "service", published.file, options=options) as service:
        sent = names(anna)
        with FaultyProxy(service.port) as proxy, uploader_of(service, proxy.address, batch=2) as uploader:
            assert uploader.deliver(anna).stored == 5
            statuses = [seen.status for seen in proxy.requests("POST")]
        assert statuses.count(200) == 3 and 429 in statuses
        assert all(after == 200 for before, after in zip(statuses, statuses[1:], strict=False) if before == 429), (
            "who waits as long as he is told to is not refused again"
        )
        assert service.stored() == sent


def test_a_server_that_wants_to_be_left_alone(service: Service, anna: Client) -> None:
    for status in (429, 503):
        wait = (status, {"Retry-After": "7200"}, b"")
        with FaultyProxy(service.port, [Fault(), Fault(answer=wait)]) as proxy:
            with uploader_of(service, proxy.address) as uploader:
                with pytest.raises(Unavailable, match=f"status {status}") as left:
                    uploader.deliver(anna)
            assert left.value.retry_after == 7200 and len(proxy.seen) == 2
    assert len(names(anna)) == 5 and service.stored() == []


def test_a_voucher_that_is_refused_for_good_stands_before_nobody(
    service: Service, anna: Client, tmp_path: Path
) -> None:
    """Another voucher of the same name was there first."""
    sent = list(anna.due())
    with Outbox(tmp_path / "other", window=0) as other, uploader_of(service) as uploader:
        other.put(sent[1].voucher[:-1] + bytes([sent[1].voucher[-1] ^ 1]))
        assert uploader.deliver(other, anna.registrations()).stored == 1
    reported: list[Refusal] = []
    with FaultyProxy(service.port) as proxy:
        with uploader_of(service, proxy.address, report=reported.append) as uploader:
            done = uploader.deliver(anna)
            assert done.stored == 4 and list(done.refused) == reported
            (refusal,) = reported
            assert refusal.error.code == ErrorCode.VOUCHER_CONFLICT and refusal.is_final
            assert refusal.voucher_id == sent[1].voucher_id and "set aside" in str(refusal)
            assert uploader.deliver(anna).stored == 0
            assert len(proxy.requests("POST")) == 1, "it is not asked for again"
    (kept,) = (tmp_path / "anna" / "outbox").glob("*.refused")
    assert kept.read_bytes() == sent[1].voucher and names(anna) == []


def test_a_quota_that_is_used_up(tmp_path: Path, published: Published, anna: Client) -> None:
    with Service(tmp_path / "service", published.file, options=("--vouchers-per-epoch", "3")) as service:
        with uploader_of(service) as uploader:
            done = uploader.deliver(anna)
    assert done.stored == 3 and [refusal.error.code for refusal in done.refused] == [ErrorCode.QUOTA_EXCEEDED] * 2
    assert len(list((tmp_path / "anna" / "outbox").glob("*.refused"))) == 2


def test_another_commitment_was_first(service: Service, known: BlindedSet, anna: Client, tmp_path: Path) -> None:
    with Client(tmp_path / "impostor", known, account_of(NAME), window=0) as first, uploader_of(service) as uploader:
        assert uploader.deliver(first).registered == 1
        done = uploader.deliver(anna)
    assert done.stored == 0 and done.registered == 0
    codes = [refusal.error.code for refusal in done.refused]
    assert codes == [ErrorCode.COMMITMENT_CONFLICT] + [ErrorCode.NOT_REGISTERED] * 5
    assert done.refused[0].voucher_id is None and "refused for good" in str(done.refused[0])


def test_who_was_forgotten_registers_again(service: Service, anna: Client) -> None:
    """The account is erased between its registration and its vouchers."""
    sent = names(anna)
    faults = [Fault(), Fault(before=lambda: service.erase(NAME))]
    with FaultyProxy(service.port, faults) as proxy, uploader_of(service, proxy.address) as uploader:
        done = uploader.deliver(anna)
        assert (done.stored, done.refused) == (5, ())
        assert [seen.method for seen in proxy.seen] == ["PUT", "POST", "PUT", "POST"]
    assert service.stored() == sent


def test_a_set_that_the_collector_does_not_know_is_put_off(
    tmp_path: Path, published: Published, known: BlindedSet
) -> None:
    newer = published.build(tmp_path / "newer.smset")
    with client_of(tmp_path / "anna", known, 3) as anna:
        before = names(anna)
    with BlindedSet.open(newer, published.trust) as other, client_of(tmp_path / "anna", other, 2) as anna:
        with Service(tmp_path / "service", newer) as service, uploader_of(service, batch=1) as uploader:
            done = uploader.deliver(anna)
            assert done.stored == 2 and done.refused == ()
            assert [refusal.error.code for refusal in done.put_off] == [ErrorCode.UNKNOWN_SET]
            assert sorted(names(anna)) == sorted(before)
            # The operator gives it out, too.
            service.sets.append(published.file)
            service.restart()
            assert uploader.deliver(anna).stored == 3


def test_a_proxy_that_takes_less(service: Service, anna: Client) -> None:
    sent = names(anna)
    too_large = Fault(answer=(413, {"Content-Type": "text/html"}, b"<html>"))
    with FaultyProxy(service.port, [Fault(), too_large, too_large]) as proxy:
        with uploader_of(service, proxy.address) as uploader:
            assert uploader.deliver(anna).stored == 5
            size = len(proxy.requests("POST")[-1].body)
            assert [len(seen.body) // size for seen in proxy.requests("POST")] == [5, 2, 1, 1, 1, 1, 1]
            # One voucher is the least. Nothing is the voucher's fault.
            anna.seal(item(99))
            proxy.faults = [Fault(), too_large]
            with pytest.raises(BadReply, match="413.*raise its limit"):
                uploader.deliver(anna)
            assert uploader.deliver(anna).stored == 1
    assert service.stored()[:5] == sent


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        ((200, {}, b"<html>please log in</html>"), "0 outcomes for 5"),
        ((200, {}, b'{"vouchers": [{"status": "stored"}]}'), "1 outcomes for 5"),
        ((200, {}, b'{"vouchers": [%s]}' % b",".join([b'{"status":"stored"}'] * 6)), "6 outcomes for 5"),
        ((200, {}, b'{"vouchers": [%s]}' % b",".join([b'{"status":"refused"}'] * 5)), "an outcome that is none"),
        ((200, {}, b"[" * 100_000), "0 outcomes for 5"),
        ((200, {}, b"x" * 1_100_000), "is no collector's"),
        ((302, {"Location": "https://elsewhere.example/"}, b""), "not followed; use https://elsewhere.example/"),
        ((404, {}, b""), "is it the collector's address"),
        ((418, {}, b""), "no reply of a collector"),
    ],
)
def test_replies_that_are_none(
    service: Service, anna: Client, reply: tuple[int, dict[str, str], bytes], text: str
) -> None:
    with FaultyProxy(service.port, [Fault(), Fault(answer=reply)]) as proxy:
        with uploader_of(service, proxy.address) as uploader:
            with pytest.raises(BadReply, match=text):
                uploader.deliver(anna)
            assert len(names(anna)) == 5
            assert uploader.deliver(anna).stored == 5


def test_a_login_page_is_no_registration(service: Service, anna: Client) -> None:
    with FaultyProxy(service.port, [Fault(answer=(200, {}, b"<html>"))]) as proxy:
        with uploader_of(service, proxy.address) as uploader:
            with pytest.raises(BadReply, match="does not say that it is stored"):
                uploader.deliver(anna)
        assert len(proxy.seen) == 1


def test_a_batch_that_ends_in_what_is_no_voucher(service: Service, anna: Client) -> None:
    """The collector says so once, and nothing of those behind it: they are sent again, without it."""
    body = b'{"vouchers": [{"status": "stored"}, {"status": "refused", "type": "urn:sealedmatch:error:201"}]}'
    with FaultyProxy(service.port, [Fault(), Fault(answer=(200, {}, body))]) as proxy:
        with uploader_of(service, proxy.address) as uploader:
            done = uploader.deliver(anna)
            assert done.stored == 4 and [refusal.error.code for refusal in done.refused] == [ErrorCode.WRONG_LENGTH]
    assert len(service.stored()) == 3


# -- Sets


def part(folder: Path) -> list[Path]:
    return list(folder.glob(".*.part"))


def test_fetching_a_set(service: Service, published: Published, tmp_path: Path) -> None:
    folder = tmp_path / "sets"
    folder.mkdir()
    with FaultyProxy(service.port) as proxy:
        new = fetch_set(proxy.address, folder / "known.smset", published.trust, retries=AT_ONCE)
        with BlindedSet.open(published.file, published.trust) as known:
            assert new == known.info
        assert (folder / "known.smset").read_bytes() == published.file.read_bytes()
        assert fetch_set(proxy.address, folder / "known.smset", published.trust, retries=AT_ONCE) is None
        assert [seen.path.rsplit("/")[-1] for seen in proxy.seen] == ["current", new.root.hex(), "current"]
        assert not any("Authorization" in seen.fields for seen in proxy.seen), "nobody learns who asks"
    assert os.listdir(folder) == ["known.smset"]


def test_a_set_goes_on_where_it_was_interrupted(service: Service, published: Published, tmp_path: Path) -> None:
    file, size = tmp_path / "known.smset", published.file.stat().st_size
    with FaultyProxy(service.port, [Fault(), Fault(reply=0.3), *[Fault(request=0.5)] * 3]) as proxy:
        with pytest.raises(Unavailable):
            fetch_set(proxy.address, file, published.trust, retries=Retries(attempts=2, first=0))
        (there,) = part(tmp_path)
        start = there.stat().st_size
        assert 0 < start < size and not file.exists()
        assert published.file.read_bytes().startswith(there.read_bytes())
        # The next run, on a connection that breaks three times more.
        proxy.faults = [Fault(), *[Fault(reply=0.5)] * 3]
        assert fetch_set(proxy.address, file, published.trust, retries=Retries(attempts=2, first=0)) is not None
        asked = [seen.fields.get("Range") for seen in proxy.seen[-4:]]
        starts = [int(field.removeprefix("bytes=").removesuffix("-")) for field in asked if field]
        assert starts[0] == start and starts == sorted(set(starts)) and len(starts) == 4
    assert file.read_bytes() == published.file.read_bytes() and part(tmp_path) == []


def test_a_set_that_had_come_but_for_its_last_step(service: Service, published: Published, tmp_path: Path) -> None:
    """The program was stopped before it put the file in place; or something longer is there than the set."""
    file, content = tmp_path / "known.smset", published.file.read_bytes()
    with BlindedSet.open(published.file, published.trust) as known:
        there = tmp_path / f".known.smset.{known.info.root.hex()}.part"
    for extra in (b"", b"more"):
        there.write_bytes(content + extra)
        assert fetch_set(service.address, file, published.trust, retries=AT_ONCE) is not None
        assert file.read_bytes() == content and part(tmp_path) == []
        file.unlink()
    # Damaged on this disk: it is refused once, and comes anew.
    there.write_bytes(bytes([content[0] ^ 1]) + content[1:-10])
    with pytest.raises(SealedMatchError) as refused:
        fetch_set(service.address, file, published.trust, retries=AT_ONCE)
    assert refused.value.code == ErrorCode.INVALID_MAGIC and not file.exists()
    assert fetch_set(service.address, file, published.trust, retries=AT_ONCE) is not None


def test_an_older_set_is_refused(tmp_path: Path, published: Published) -> None:
    older = published.build(tmp_path / "older.smset", "--version", "1")
    newer = published.build(tmp_path / "newer.smset", "--version", "2")
    folder = tmp_path / "client"
    folder.mkdir()
    file = folder / "known.smset"
    with Service(tmp_path / "service", older, newer) as service:
        new = fetch_set(service.address, file, published.trust, retries=AT_ONCE)
        assert new is not None and new.version == 2
        service.sets.remove(newer)
        service.restart()
        with pytest.raises(SetError) as refused:
            fetch_set(service.address, file, published.trust, retries=AT_ONCE)
        assert refused.value.code == ErrorCode.SET_ROLLED_BACK
        assert file.read_bytes() == newer.read_bytes() and part(folder) == []
        # Whoever keeps the version apart from the file is not fooled without it, either.
        file.unlink()
        with pytest.raises(SetError, match="SET_ROLLED_BACK"):
            fetch_set(service.address, file, published.trust, last_version=2, retries=AT_ONCE)
        assert not file.exists()


def test_another_set_than_the_one_that_was_named(
    service: Service, published: Published, known: BlindedSet, tmp_path: Path
) -> None:
    other = published.build(tmp_path / "other.smset").read_bytes()
    folder = tmp_path / "client"
    folder.mkdir()
    file, size = folder / "known.smset", len(other)
    assert size == published.file.stat().st_size
    with FaultyProxy(service.port) as proxy:

        def fetched(*faults: Fault) -> None:
            proxy.faults = [Fault(), *faults]
            fetch_set(proxy.address, file, published.trust, retries=Retries(attempts=2, first=0))

        def refusal(*faults: Fault) -> int:
            with pytest.raises(SealedMatchError) as refused:
                fetched(*faults)
            assert not file.exists() and part(folder) == []
            return refused.value.code

        # The whole of another good set; and its second half behind the first half of the one that was named.
        assert refusal(Fault(answer=(200, {}, other))) == ErrorCode.ROOT_MISMATCH
        half = {"Content-Range": f"bytes 8000-{size - 1}/{size}"}
        there = folder / f".known.smset.{known.info.root.hex()}.part"
        there.write_bytes(published.file.read_bytes()[:8000])
        assert refusal(Fault(answer=(206, half, other[8000:]))) == ErrorCode.ROOT_MISMATCH
        assert refusal(Fault(answer=(200, {}, other[:-32]))) == ErrorCode.WRONG_LENGTH
        assert refusal(Fault(answer=(200, {}, b"<html>"))) in (ErrorCode.WRONG_LENGTH, ErrorCode.INVALID_MAGIC)
        # No part of it, or more than any set.
        for answer, text in [
            ((206, {"Content-Range": f"bytes 0-{size - 1}/{size}"}, other), "another part"),
            ((206, {}, other), "another part"),
            ((200, {"Content-Length": str(1 << 40)}, b""), "a set of 1099511627776 bytes"),
            ((404, {}, b""), "status 404"),
        ]:
            there.write_bytes(published.file.read_bytes()[:8000])
            with pytest.raises(BadReply, match=text):
                fetched(Fault(answer=answer))
        assert not file.exists()
        fetched()
        assert file.read_bytes() == published.file.read_bytes() and part(folder) == []


def test_a_damaged_set_in_place_is_replaced(service: Service, published: Published, tmp_path: Path) -> None:
    file = tmp_path / "known.smset"
    for content in (b"", b"damaged", published.file.read_bytes()[:-1]):
        file.unlink(missing_ok=True)
        file.write_bytes(content)
        assert fetch_set(service.address, file, published.trust, retries=AT_ONCE) is not None
        assert file.read_bytes() == published.file.read_bytes()


def test_files_are_no_network(service: Service, published: Published, tmp_path: Path) -> None:
    """What the disk refuses is not tried again, and says which file."""
    with FaultyProxy(service.port) as proxy:
        with pytest.raises(MachineError, match="nowhere/.known.smset"):
            fetch_set(proxy.address, tmp_path / "nowhere" / "known.smset", published.trust, retries=AT_ONCE)
        assert len(proxy.seen) == 1
        # Another process is at it.
        proxy.faults = [Fault(), Fault(before=lambda: _expect_busy(service, published, tmp_path))]
        assert fetch_set(proxy.address, tmp_path / "known.smset", published.trust, retries=AT_ONCE) is not None


def _expect_busy(service: Service, published: Published, folder: Path) -> None:
    with pytest.raises(MachineError, match="another process fetches it"):
        fetch_set(service.address, folder / "known.smset", published.trust, retries=AT_ONCE)


# -- A set with its proof


def test_a_set_comes_with_its_proof(published: Published, known: BlindedSet, tmp_path: Path) -> None:
    served, folder = tmp_path / "served", tmp_path / "client"
    served.mkdir()
    folder.mkdir()
    shutil.copy(published.file, served / "known.smset")
    root = known.info.root.hex()
    log = Log(published.file.read_bytes(), known)
    trust = replace(published.trust, log=log.policy)
    proof, place, file = served / f"{root}.proof", folder / f"known.smset.{root}.proof", folder / "known.smset"

    def refusal(content: bytes | None) -> int:
        proof.unlink(missing_ok=True)
        if content is not None:
            proof.write_bytes(content)
        with pytest.raises(SealedMatchError) as refused:
            fetch_set(service.address, file, trust, retries=AT_ONCE)
        return refused.value.code

    def renewed(content: bytes) -> None:
        proof.write_bytes(content)
        assert fetch_set(service.address, file, trust, retries=AT_ONCE) is None
        assert place.read_bytes() == content == proof_of(file)

    with Service(tmp_path / "service", served / "known.smset") as service:
        assert refusal(None) == ErrorCode.PROOF_MISSING
        assert refusal(b"") == ErrorCode.MALFORMED_LOG
        assert refusal(log.proof(age=1_010)) == ErrorCode.PROOF_TOO_OLD
        assert os.listdir(folder) == []
        proof.write_bytes(first := log.proof(age=100))
        new = fetch_set(service.address, file, trust, retries=AT_ONCE)
        assert new is not None and new.logged is not None and new.logged.log_size == 1
        assert sorted(os.listdir(folder)) == ["known.smset", place.name] and proof_of(file) == first
        # It is made anew, at the same address; nobody gets another one's, and what is no good takes no place.
        renewed(later := log.proof(age=10))
        assert refusal(Log(published.file.read_bytes(), known).proof()) == ErrorCode.UNKNOWN_LOG
        proof.unlink()
        assert fetch_set(service.address, file, trust, retries=AT_ONCE) is None
        assert proof_of(file) == later
        place.unlink()
        assert proof_of(file) is None
        renewed(log.proof())
        with BlindedSet.open(file, trust, proof=proof_of(file)) as opened:
            assert opened.info.logged is not None
        # The command does the same.
        policy = tmp_path / "policy"
        policy.write_text(str(log.policy.text))
        token = private_file(tmp_path / "token", service.token(NAME))
        client_of(tmp_path / "anna", known, 2).close()
        own = Published(file, published.sources, published.tool)
        for source in ("one", "two"):
            shutil.copy(published.file.parent / f"{source}.key.pub", folder)
        for age, status in [(86_400 * 2, 1), (0, 0)]:
            place.unlink(missing_ok=True)
            proof.write_bytes(log.proof(age))
            options = ("--fetch-set", "--log-policy", str(policy), "--proof-days", "1")
            done = subprocess.run(
                command(service.address, token, tmp_path / "anna", own, *options), capture_output=True, text=True
            )
            assert done.returncode == status, done.stderr
        assert "uploaded 2 vouchers" in done.stdout
    assert part(folder) == []


def test_a_newer_set_brings_its_own_proof(published: Published, tmp_path: Path) -> None:
    older = published.build(tmp_path / "older.smset", "--version", "1")
    newer = published.build(tmp_path / "newer.smset", "--version", "2")
    folder = tmp_path / "client"
    folder.mkdir()
    file, logs = folder / "known.smset", []
    for path in (older, newer):
        with BlindedSet.open(path, published.trust) as opened:
            logs.append(Log(path.read_bytes(), opened))
            (tmp_path / f"{opened.info.root.hex()}.proof").write_bytes(logs[-1].proof())
    with Service(tmp_path / "service", older) as service:
        assert fetch_set(service.address, file, replace(published.trust, log=logs[0].policy), retries=AT_ONCE)
        service.sets.append(newer)
        service.restart()
        new = fetch_set(service.address, file, replace(published.trust, log=logs[1].policy), retries=AT_ONCE)
        assert new is not None and new.version == 2
        assert sorted(os.listdir(folder)) == ["known.smset", f"known.smset.{new.root.hex()}.proof"]


def test_proofs_are_the_same_for_everybody(published: Published, known: BlindedSet, tmp_path: Path) -> None:
    shutil.copy(published.file, tmp_path / "known.smset")
    path = f"/v1/sets/{known.info.root.hex()}"
    proof = tmp_path / f"{known.info.root.hex()}.proof"
    with Service(tmp_path / "service", tmp_path / "known.smset") as service:

        def ask(path: str, **fields: str) -> tuple[int, http.client.HTTPMessage, bytes]:
            connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
            with contextlib.closing(connection):
                connection.request("GET", path, headers={name.replace("_", "-"): text for name, text in fields.items()})
                reply = connection.getresponse()
                return reply.status, reply.headers, reply.read()

        assert ask(f"{path}.proof")[0] == 404
        proof.write_bytes(b"a proof")
        status, headers, content = ask(f"{path}.proof")
        assert (status, content, headers["Cache-Control"]) == (200, b"a proof", "public, max-age=3600")
        tag = headers["ETag"]
        assert ask(f"{path}.proof", If_None_Match=tag)[0] == 304
        assert ask(f"{path}.proof", Range="bytes=2-3", If_Range=tag)[::2] == (206, b"pr")
        assert ask(f"{path}.proof", Range="bytes=7-")[0] == 416
        # Made anew: another tag, so that no part of the old one is put before a part of the new one.
        proof.write_bytes(b"another")
        assert ask(f"{path}.proof", If_None_Match=tag)[::2] == (200, b"another")
        assert ask(f"{path}.proof", Range="bytes=2-3", If_Range=tag)[::2] == (200, b"another")
        status, headers, _ = ask(path, Range="bytes=0-0")
        assert (status, headers["Cache-Control"]) == (206, "public, max-age=31536000, immutable")
        # What is no proof is not given out.
        proof.write_bytes(b"\0" * 163_841)
        assert ask(f"{path}.proof")[0] == 503
        proof.unlink()
        proof.mkdir()
        assert ask(f"{path}.proof")[0] == 503
        assert ask(f"/v1/sets/{'0' * 64}.proof")[0] == 404


# -- The command


def private_file(path: Path, content: str) -> Path:
    path.touch(0o600)
    path.write_text(content + "\n")
    return path


def command(address: str, token: Path, client: Path, published: Published, *options: str) -> list[str | Path]:
    keys = [published.file.parent / f"{source}.key.pub" for source in ("one", "two")]
    return [
        sys.executable, "-m", "sealedmatch.upload", "--collector", address, "--token-file", token,
        "--client", client, "--set", published.file, "--trust", *keys, "--account", NAME, *options,
    ]  # fmt: skip


def test_the_command(service: Service, anna: Client, published: Published, tmp_path: Path) -> None:
    anna.close()
    token = private_file(tmp_path / "token", service.token(NAME))

    def run(*options: str, token: Path = token, address: str = service.address) -> tuple[int, str, str]:
        done = subprocess.run(
            command(address, token, tmp_path / "anna", published, *options), capture_output=True, text=True
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout, done.stderr

    assert run()[:2] == (0, "uploaded 5 vouchers, 1 registrations; 0 refused for good, 0 put off\n")
    assert "the newest is there" in run("--fetch-set")[1]
    open_to_all = private_file(tmp_path / "open", "x.y.z")
    open_to_all.chmod(0o644)
    for status, text, options in [
        (1, "others can read the token; chmod 600", {"token": open_to_all}),
        (1, "No such file", {"token": tmp_path / "nothing"}),
        (1, "no JSON Web Token", {"token": private_file(tmp_path / "bad", "x.y.z")}),
        (1, "allow_plain_http", {"address": "http://collector.example.org"}),
        (1, "a collector's address is", {"address": "collector.example.org"}),
    ]:
        code, _, complaint = run(**options)
        assert code == status and text in complaint, complaint
    assert run("--batch", "0")[0] == 1
    done = subprocess.run(
        [sys.executable, "-m", "sealedmatch.upload", "--collector", service.address, "--client", tmp_path],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2 and "--set is needed" in done.stderr


def test_the_command_of_an_outbox(service: Service, anna: Client, tmp_path: Path) -> None:
    token = private_file(tmp_path / "token", service.token(NAME))
    (registration,) = anna.registrations()
    (tmp_path / "registration").write_bytes(registration)
    with Outbox(tmp_path / "outbox", window=0) as outbox:
        for waiting in anna.due():
            outbox.put(waiting.voucher)
    arguments: list[str | Path] = [
        sys.executable, "-m", "sealedmatch.upload", "--collector", service.address, "--token-file", token,
        "--outbox", tmp_path / "outbox", "--registration", tmp_path / "registration",
    ]  # fmt: skip
    assert subprocess.run(arguments).returncode == 0 and len(service.stored()) == 5
    service.kill()
    later = subprocess.run([*arguments, "--attempts", "1"], capture_output=True, text=True)
    assert later.returncode == 75 and "nothing is lost: try later" in later.stderr


def test_an_account_is_told_what_is_its_own(service: Service, anna: Client) -> None:
    with uploader_of(service) as uploader:
        assert uploader.notices() == ()
        uploader.deliver(anna)
        # As an order leaves it there; that orders are taken for real reveals alone is tested where reveals are.
        service.write("INSERT INTO notice SELECT id, randomblob(32), 2, 20000 FROM registration")
        (notice,) = uploader.notices()
    [(epoch, root)] = service.rows("SELECT epoch, root FROM registration JOIN notice ON registration = id")
    assert notice == Notice(epoch, root, "notConfirmed", datetime.date(2024, 10, 4))
    assert "wrongly" in str(notice)
    with Uploader(service.address, lambda: service.token("@bruno:example.org"), retries=AT_ONCE) as other:
        assert other.notices() == ()


@pytest.mark.parametrize(
    "notice",
    [
        "", "1", "{}", '{"epoch":1,"set":"00","kind":"revealed","day":1}',
        '{"epoch":1,"set":"%s","kind":"hello","day":1}' % ("0" * 64),
        '{"epoch":1,"set":"%s","kind":"revealed","day":99999999999999}' % ("0" * 64),
        ",".join(["1"] * 5_000),
    ],
)  # fmt: skip
def test_what_is_no_notice_is_a_bad_reply(service: Service, notice: str) -> None:
    body = f'{{"notices":[{notice}]}}' if notice else "<html>"
    with FaultyProxy(service.port, [Fault(answer=(200, {}, body.encode()))]) as proxy:
        with uploader_of(service, proxy.address) as uploader, pytest.raises(BadReply, match="are no notices"):
            uploader.notices()
