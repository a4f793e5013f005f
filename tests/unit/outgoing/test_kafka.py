"""Kafka, a real broker: the feed published once and in order, records taken in once, whatever dies in between."""

import json
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from batches import Ticking, batch, person
from confluent_kafka import Consumer, KafkaError, Producer
from confluent_kafka.admin import AdminClient, NewTopic
from kafka_server import kafka_server
from needed import needed
from typer.testing import CliRunner

from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.cli.app import app
from spine.errors import SpineError, StoreUnavailable
from spine.outgoing.feed import events_after
from spine.outgoing.kafka_consuming import Intake, offsets
from spine.outgoing.kafka_publishing import Publisher
from spine.pipeline.ingest import delete_record, ingest
from spine.ports import GraphStore, Reject
from spine.settings import Settings

PARTITIONS = 3


@pytest.fixture(scope="module")
def brokers() -> Iterator[str]:
    """A running broker; skips where there is none, fails where it is required."""
    with needed("Kafka"), kafka_server() as found:
        yield found


@pytest.fixture
def topic(brokers: str) -> str:
    """A new topic of some partitions."""
    name = f"t-{uuid.uuid4().hex[:8]}"
    make_topic(brokers, name)
    return name


def make_topic(brokers: str, name: str) -> None:
    """Make a topic of some partitions."""
    admin = AdminClient({"bootstrap.servers": brokers})
    admin.create_topics([NewTopic(name, PARTITIONS, 1)])[name].result(60)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of an empty store in a file."""
    return f"sqlite:{tmp_path / 'graph.db'}"


@pytest.fixture
def store(url: str) -> Iterator[GraphStore]:
    """That store."""
    with open_store(url, Settings()) as opened:
        yield opened


def add(store: GraphStore, *names: str) -> None:
    """Records of several persons come one by one."""
    for name in names:
        mail = f"email:{name[:1]}@example.com"
        ingest(store, LOCAL, batch([person(name, "2025-01-01", mail, given_name="Ann")]), Ticking())


def every(store: GraphStore) -> list[dict[str, Any]]:
    """All events."""
    with store.reading(LOCAL) as reader:
        return events_after(reader, LOCAL, 0, 1000)


def published(brokers: str, topic: str) -> list[tuple[int, str, dict[str, Any]]]:
    """Partition, key and event of every committed message, in the order of each partition."""
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": uuid.uuid4().hex, "auto.offset.reset": "earliest",
                         "isolation.level": "read_committed", "enable.partition.eof": True})  # fmt: skip
    consumer.subscribe([topic])
    out, ended = [], set()
    while len(ended) < PARTITIONS:
        message = consumer.poll(30)
        assert message is not None
        error = message.error()
        if error is None:
            headers = dict(message.headers() or [])
            assert headers["content-type"] == b"application/cloudevents+json; charset=UTF-8"
            out.append((message.partition(), (message.key() or b"").decode(), json.loads(message.value() or b"")))
        else:
            assert error.code() == KafkaError._PARTITION_EOF
            ended.add(message.partition())
    consumer.close()
    return out


def publisher(store: GraphStore, brokers: str, topic: str) -> Publisher:
    """A publisher that has just been started."""
    return Publisher(store, LOCAL, topic, {"bootstrap.servers": brokers}, Ticking())


def is_the_feed(found: list[tuple[int, str, dict[str, Any]]], store: GraphStore) -> None:
    """Every event once, each entity's in one partition and in order."""
    numbers = [int(event["id"]) for _, _, event in found]
    assert sorted(numbers) == [int(event["id"]) for event in every(store)]
    for key in {key for _, key, _ in found}:
        mine = [(partition, int(event["id"])) for partition, held, event in found if held == key]
        assert len({partition for partition, _ in mine}) == 1
        assert mine == sorted(mine)
    assert all(key == event["subject"] for _, key, event in found)


def test_every_event_is_published_once_keyed_by_its_entity(store: GraphStore, brokers: str, topic: str) -> None:
    assert publisher(store, brokers, topic).publish() == 0
    add(store, "a1", "a2", "b1", "c1", "d1")
    assert publisher(store, brokers, topic).publish() == 5
    delete_record(store, LOCAL, "crm", "a2")
    again = publisher(store, brokers, topic)
    assert again.publish() == 1
    assert again.publish() == 0
    is_the_feed(published(brokers, topic), store)


@pytest.mark.parametrize("died", ["before the commit", "before the note"])
def test_a_publisher_that_died_is_followed_without_gap_or_double(
    store: GraphStore, brokers: str, topic: str, died: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spine.outgoing.kafka_publishing.PAGE", 2)
    add(store, "a1", "b1", "c1", "d1", "e1")
    dying = publisher(store, brokers, topic)
    sent: list[int] = []

    def die(*_: Any) -> None:
        raise SpineError("killed")

    if died == "before the note":
        monkeypatch.setattr(dying, "_note", die)
    else:
        whole = dying._send

        def half(page: list[dict[str, Any]]) -> None:
            sent.append(len(page))
            if len(sent) == 1:
                whole(page)
                return
            dying._producer.begin_transaction()
            dying._producer.produce(topic, key=page[0]["partitionkey"], value=json.dumps(page[0]).encode())
            dying._producer.flush(30)
            die()

        monkeypatch.setattr(dying, "_send", half)
    with pytest.raises(SpineError, match="killed"):
        dying.publish()
    assert publisher(store, brokers, topic).publish() == (0 if died == "before the note" else 3)
    is_the_feed(published(brokers, topic), store)


def test_of_two_publishers_the_older_is_fenced(store: GraphStore, brokers: str, topic: str) -> None:
    add(store, "a1")
    older = publisher(store, brokers, topic)
    older.publish()
    newer = publisher(store, brokers, topic)
    add(store, "b1")
    with pytest.raises(SpineError, match="refused"):
        older.publish()
    assert newer.publish() == 1
    is_the_feed(published(brokers, topic), store)


def test_a_broker_that_is_not_there_is_said_so(store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spine.outgoing.kafka_publishing.SECONDS", 1.0)
    with pytest.raises(StoreUnavailable, match="can't be reached"):
        publisher(store, "127.0.0.1:9", "t")


# ---------------------------------------------------------------------------------------------------- taking records in


def record(name: str, mail: str = "ann@example.com") -> bytes:
    """A record as a message."""
    said = {"source": "web", "record_id": name, "identifiers": [{"namespace": "email", "value": mail}]}
    return json.dumps(said).encode()


def send(brokers: str, topic: str, values: list[bytes | None], partition: int | None = None) -> None:
    """Messages."""
    producer = Producer({"bootstrap.servers": brokers})
    for at, value in enumerate(values):
        producer.produce(topic, value=value, partition=at % PARTITIONS if partition is None else partition)
    assert producer.flush(60) == 0


def intake(store: GraphStore, brokers: str, topic: str, **more: Any) -> Intake:
    """A consumer that has just been started."""
    return Intake(store, LOCAL, topic, {"bootstrap.servers": brokers}, Ticking(), **more)


def keys(store: GraphStore) -> list[str]:
    """The keys of all records."""
    with store.reading(LOCAL) as reader:
        return sorted(reader.scan("record", ("key",))["key"].to_pylist())


def kept(store: GraphStore, topic: str) -> dict[int, int]:
    """The offsets that the store keeps."""
    with store.reading(LOCAL) as reader:
        return offsets(reader, topic)


def test_messages_are_taken_in_and_linked_and_the_rest_goes_on(store: GraphStore, brokers: str, topic: str) -> None:
    values = [record("1"), b"{", record("2"), None, b"[]", b'{"source": "web"}', record("3")]
    send(brokers, topic, values, partition=1)
    found: list[Reject] = []
    with intake(store, brokers, topic, reject=found.extend) as one:
        total = one.drain()
    assert (total.messages, total.records, total.rejects) == (7, 3, 4)
    assert keys(store) == ["web/1", "web/2", "web/3"]
    with store.reading(LOCAL) as reader:
        assert reader.count("person") == 1
    assert [(one.file, one.line) for one in sorted(found, key=lambda one: one.line)] == [
        (f"{topic}[1]", offset) for offset in (1, 3, 4, 5)
    ]
    assert {one.line: one.reason for one in found}[5] == "It has no record_id."
    assert kept(store, topic) == {1: 7}
    with intake(store, brokers, topic) as again:
        assert again.drain().messages == 0


def test_offsets_and_records_are_kept_together_or_not_at_all(
    store: GraphStore, brokers: str, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(brokers, topic, [record(str(at)) for at in range(6)])
    original = Intake._keep_offsets

    def dying(self: Intake, writer: Any, messages: Any) -> None:
        original(self, writer, messages)
        raise SpineError("killed")

    with monkeypatch.context() as patched, intake(store, brokers, topic) as one:
        patched.setattr(Intake, "_keep_offsets", dying)
        with pytest.raises(SpineError, match="killed"):
            one.drain()
    assert (keys(store), kept(store, topic)) == ([], {})
    with intake(store, brokers, topic) as again:
        assert again.drain().messages == 6
    assert len(keys(store)) == 6


@pytest.mark.long
def test_whoever_comes_late_with_messages_leaves_no_trace(store: GraphStore, brokers: str, topic: str) -> None:
    send(brokers, topic, [record(str(at)) for at in range(9)])
    with intake(store, brokers, topic) as late:
        first = late._consumer.consume(9, 30)
        while sum(message.error() is None for message in first) < 9:
            first += late._consumer.consume(9, 30)
        with intake(store, brokers, topic, group="other") as quick:
            assert quick.drain().messages == 9
        with store.reading(LOCAL) as reader:
            position = reader.count("log")
        assert late._taken([message for message in first if message.error() is None]).messages == 0
        with store.reading(LOCAL) as reader:
            assert reader.count("log") == position
        send(brokers, topic, [record("x")])
        while not late.step(30).messages:
            pass
    assert len(keys(store)) == 10


def running(url: str, brokers: str, topic: str, folder: Path) -> "subprocess.Popen[bytes]":
    """A consumer in a process of its own."""
    command = [sys.executable, "-m", "spine.cli.app", "kafka", "consume", "--brokers", brokers, "--topic", topic]
    return subprocess.Popen(
        [*command, "--store", url, "--batch", "3"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def wait_until(there: Callable[[], bool]) -> None:
    until = time.monotonic() + 90
    while not there() and time.monotonic() < until:
        time.sleep(0.1)
    assert there()


@pytest.mark.long
def test_a_consumer_that_is_killed_takes_every_message_in_once(
    store: GraphStore, url: str, brokers: str, topic: str, tmp_path: Path
) -> None:
    send(brokers, topic, [record(f"a{at}", f"{at}@example.com") for at in range(30)])
    process = running(url, brokers, topic, tmp_path)
    try:
        wait_until(lambda: bool(kept(store, topic)))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        send(brokers, topic, [record(f"b{at}", f"{at}@example.com") for at in range(6)])
        process = running(url, brokers, topic, tmp_path)
        wait_until(lambda: sum(kept(store, topic).values()) == 36)
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=60)
    assert b"Traceback" not in errors, errors.decode()
    assert len(keys(store)) == 36
    with store.reading(LOCAL) as reader:
        assert reader.count("person") == 30
        # Nothing was taken in twice: each record was written by one transaction, and none of them later than that.
        assert reader.count("record_version") == 0


def test_the_commands_publish_and_take_in_what_is_there(
    store: GraphStore, url: str, brokers: str, topic: str, tmp_path: Path
) -> None:
    send(brokers, topic, [record("1"), b"nothing"], partition=0)
    run = CliRunner().invoke
    path = tmp_path / "out.csv"
    arguments = ["--brokers", brokers, "--topic", topic, "--once", "--store", url]
    found = run(app, ["kafka", "consume", *arguments, "--rejects", str(path)])
    assert found.exit_code == 3, found.output
    assert path.read_text("utf-8").splitlines()[1] == f"{topic}[0],1,,It is not a JSON object.,nothing"
    other = f"{topic}-out"
    make_topic(brokers, other)
    found = run(app, ["kafka", "publish", "--brokers", brokers, "--topic", other, "--once", "--store", url])
    assert (found.exit_code, "1 events published." in found.output) == (0, True), found.output
    is_the_feed(published(brokers, other), store)


def test_a_publisher_runs_until_it_is_told_to_stop(store: GraphStore, brokers: str, topic: str) -> None:
    one = publisher(store, brokers, topic)
    stop = threading.Event()
    thread = threading.Thread(target=one.run, args=(stop,))
    thread.start()
    add(store, "a1")
    wait_until(lambda: one.cursor > 0)
    stop.set()
    thread.join(60)
    assert not thread.is_alive()
    is_the_feed(published(brokers, topic), store)
