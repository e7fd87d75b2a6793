"""The example's scenario with an operator's whole path: several people send real pictures through a real homeserver,
and the operator's service reveals just one of them. What can go wrong on the way is in test_failures.py, with a test
world.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import sqlite3
from pathlib import Path

import expected
import pytest
from nio.crypto import decrypt_attachment
from PIL import Image
from scenario import Outcome, Person, Scenario, Sent, notes
from sealedmatch import MediaItem


def sent_by(outcome: Outcome, person: Person) -> list[Sent]:
    return [message for message in outcome.sent if message.person is person]


@pytest.fixture(scope="module")
def matches(outcome: Outcome, scenario: Scenario) -> dict[str, set[str]]:
    """What matched of what each person sent, by SHA-256 of the file; a repeat matches nothing."""
    keys = expected.listed_keys((scenario.known.directory / "ngo.txt").read_text().split())
    matches: dict[str, set[str]] = {person.name: set() for person in outcome.people}
    for person in outcome.people:
        met: set[bytes] = set()
        for message in sent_by(outcome, person):
            entries = expected.matched(message.content, keys)
            if entries and not entries & met:
                matches[person.name].add(hashlib.sha256(message.content).hexdigest())
            met |= entries
    return matches


def test_the_scenario_is_what_it_says(outcome: Outcome, scenario: Scenario, matches: dict[str, set[str]]) -> None:
    assert all(len(sent_by(outcome, person)) == len(person.pictures) for person in outcome.people)
    assert matches["anna"] == set()
    # Some recompressed copies may miss their entry; most must not.
    assert 25 <= len(matches["bruno"]) < outcome.threshold
    assert len(matches["carla"]) >= outcome.threshold + 5
    as_they_were = {message.content for message in outcome.sent} & {
        photograph.jpeg for photograph in scenario.known_pictures
    }
    assert 0 < len(as_they_were) < len(outcome.sent) // 2


def test_fingerprints_are_the_reference_ones(outcome: Outcome) -> None:
    for message in outcome.sent[:20]:
        digest, _ = MediaItem.of_file(message.content).pdq
        assert digest.hex() == expected.pdq(message.content)


def test_receivers_decrypt_the_very_bytes(outcome: Outcome) -> None:
    assert len(outcome.received) == len(outcome.sent)
    for message in outcome.sent:
        arrived = outcome.received[message.event_id]
        assert arrived.content == message.content
        assert arrived.sender == message.person.user_id


def database(scenario: Scenario) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{scenario.directory / 'service' / 'collector.sqlite'}?mode=ro", uri=True)


def test_each_attachment_has_one_voucher_and_the_collector_took_it(outcome: Outcome, scenario: Scenario) -> None:
    with contextlib.closing(database(scenario)) as collector:
        for person in outcome.people:
            delivery = outcome.deliveries[person.name]
            assert delivery.stored == len(person.pictures) and delivery.refused == delivery.put_off == ()
            # Under the account that the homeserver vouched for.
            stored = collector.execute(
                "SELECT count(*) FROM voucher JOIN registration USING (pseudonym, epoch) WHERE account = ?",
                (person.account,),
            )
            assert stored.fetchone() == (len(person.pictures),)
            outbox = scenario.directory / "clients" / person.name / "client" / "outbox"
            assert list(outbox.glob("*.voucher")) == list(outbox.glob("*.refused")) == []


def test_messengers_have_the_set_that_the_collector_gives_out(outcome: Outcome, scenario: Scenario) -> None:
    published = scenario.known.file.read_bytes()
    for person in outcome.people:
        assert scenario.set_file(person).read_bytes() == published


def blocks(content: bytes) -> set[bytes]:
    """Its blocks of 16 bytes; those that could be anybody's, of few different bytes, are left out."""
    all_blocks = (content[start : start + 16] for start in range(0, len(content) - 15, 16))
    return {block for block in all_blocks if len(set(block)) > 8}


def holds(stored: bytes, known: set[bytes]) -> bool:
    """Whether stored bytes hold, at any offset, a run of 31 or more bytes of a plaintext."""
    return any(stored[start : start + 16] in known for start in range(len(stored) - 15))


def test_the_homeserver_stores_ciphertext_only(outcome: Outcome, scenario: Scenario) -> None:
    known: set[bytes] = set()
    for message in outcome.sent:
        known |= blocks(message.content)
    stored = {path: path.read_bytes() for path in scenario.server.directory.rglob("*") if path.is_file()}
    media = {path for path in stored if scenario.server.media_store in path.parents}
    assert scenario.server.database in stored and len(media) >= len(outcome.sent)
    # The check can fail:
    assert holds(b"\x00" * 5 + outcome.sent[0].content[1000:1031], known)
    for path, content in stored.items():
        assert not holds(content, known), path
        if path in media:
            assert not content.startswith(b"\xff\xd8\xff"), path
    # Neither a key to them nor a file's name, in any file of the server, its log included.
    everything = b"\0".join(stored.values())
    for arrived in outcome.received.values():
        assert arrived.key.encode() not in everything
    for message in outcome.sent:
        assert Path(message.photograph.name).stem.encode() not in everything
    assert outcome.people[0].user_id.encode() in everything


def test_stored_files_are_the_pictures_under_the_keys_of_the_events(outcome: Outcome, scenario: Scenario) -> None:
    contents = {message.content for message in outcome.sent}
    for arrived in outcome.received.values():
        media_id = arrived.url.rsplit("/", 1)[1]
        stored = (
            scenario.server.media_store / "local_content" / media_id[:2] / media_id[2:4] / media_id[4:]
        ).read_bytes()
        assert len(stored) == len(arrived.content) and stored != arrived.content
        assert decrypt_attachment(stored, arrived.key, arrived.hash, arrived.iv) == arrived.content
        assert arrived.content in contents
        assert Image.open(io.BytesIO(arrived.content)).format == "JPEG"


def test_one_account_is_revealed_with_just_its_matching_pictures(
    outcome: Outcome, matches: dict[str, set[str]]
) -> None:
    carla = outcome.people[2]
    assert set(outcome.cases) == {carla.account.hex()}
    case = outcome.cases[carla.account.hex()]
    revealed = [note["sha256"] for note in notes(case)]
    assert len(revealed) == len(set(revealed))
    assert set(revealed) == matches["carla"]
    assert all(match["finding"] == "key" for match in case["matches"])


def test_vouchers_tell_nothing_of_the_room(outcome: Outcome, scenario: Scenario) -> None:
    """The collector's database names accounts; rooms, events, media and files it does not."""
    with contextlib.closing(database(scenario)) as collector:
        # What its journal still has is in it, too.
        content = collector.serialize()
    for event_id, arrived in outcome.received.items():
        for name in (event_id, arrived.url.rsplit("/", 1)[1], arrived.key, hashlib.sha256(arrived.content).hexdigest()):
            assert name.encode() not in content
    assert outcome.people[0].account in content


def test_the_authority_knows_no_account(outcome: Outcome, scenario: Scenario) -> None:
    """Nothing of its folder names anybody, cases and requests included; the release does."""
    accounts = [person.account for person in outcome.people]
    files = [path for path in (scenario.directory / "service" / "authority").rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".sqlite", ".json", ".request"}
    for path in files:
        content = path.read_bytes()
        assert not any(name in content or name.hex().encode() in content for name in accounts), path.name
    log = (scenario.directory / "service" / "service.log").read_text()
    assert "a case file was written" in log
    assert not any(person.name in log or person.account.hex() in log for person in outcome.people)
    (release,) = (scenario.directory / "releases").glob("*.release")
    assert [name in release.read_bytes() for name in accounts] == [False, False, True]
