"""Records out of a Kafka topic, taken in by micro-batches: each message has its effect exactly once.

The offsets are kept in the store, in the transaction that takes the records in: whatever dies, either both are there
or neither. Kafka's own offsets are not used. Where partitions go to another consumer of the group, it begins where the
store stands; whoever comes late with messages that were taken already finds that out inside its transaction.
"""

import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition

from spine.access.context import Context
from spine.outgoing.kafka_publishing import broken
from spine.pipeline.incoming import read_batch
from spine.pipeline.ingest import ingest
from spine.ports import Clock, GraphStore, Reader, Reject, SourceBatch, Writer, arrow_schema
from spine.settings import DEFAULT_CONFIDENCE

BATCH = 500
POLL = 1.0
Read = Callable[[list[Any]], SourceBatch]
"""Makes a batch of rows, each a JSON object; a reject's line is the place of its row, from 1."""


@dataclass
class Consumed:
    """What came of messages: how many there were, the records in them, and how many can't be used."""

    messages: int = 0
    records: int = 0
    rejects: int = 0

    def __iadd__(self, other: "Consumed") -> "Consumed":
        self.messages, self.records, self.rejects = (
            self.messages + other.messages, self.records + other.records, self.rejects + other.rejects
        )  # fmt: skip
        return self


class _Overtaken(Exception):
    """Another consumer has taken these messages in: ends the transaction without a trace."""


class Intake:
    """A consumer of one topic; several with one group share its partitions."""

    def __init__(
        self,
        store: GraphStore,
        context: Context,
        topic: str,
        configuration: Mapping[str, str],
        clock: Clock,
        *,
        group: str = "identity-spine",
        read: Read = read_batch,
        reject: Callable[[Sequence[Reject]], None] = lambda rejects: None,
        confidence: float = DEFAULT_CONFIDENCE,
        size: int = BATCH,
    ) -> None:
        """Join the group; `reject` hears of what can't be used before its offset is kept, so that none is lost."""
        self._store, self._context, self._topic, self._clock = store, context, topic, clock
        self._read, self._reject, self._confidence, self._size = read, reject, confidence, size
        self._ended: set[int] = set()
        self._mine: set[int] = set()
        self._consumer = Consumer(
            {
                **configuration,
                "group.id": group,
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "isolation.level": "read_committed",
                "enable.partition.eof": True,
            }
        )
        self._consumer.subscribe([topic], on_assign=self._assigned, on_revoke=self._revoked)

    def run(self, stop: threading.Event) -> Consumed:
        """Take in what comes until told to stop."""
        total = Consumed()
        while not stop.is_set():
            total += self.step()
        return total

    def drain(self) -> Consumed:
        """Take in what is there now, up to the end of every partition that is ours."""
        total = Consumed()
        while not (self._mine and self._mine <= self._ended):
            total += self.step()
        return total

    def step(self, seconds: float = POLL) -> Consumed:
        """Take in one batch, waiting for its first message no longer than that."""
        messages = []
        for message in self._consumer.consume(self._size, seconds):
            error = message.error()
            if error is None:
                self._ended.discard(_place(message))
                messages.append(message)
            elif error.code() == KafkaError._PARTITION_EOF:
                self._ended.add(_place(message))
            elif error.fatal() or not error.retriable():
                raise broken(KafkaException(error))
        return self._taken(messages) if messages else Consumed()

    def close(self) -> None:
        """Leave the group."""
        self._consumer.close()

    def __enter__(self) -> "Intake":
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the group."""
        self.close()

    def _taken(self, messages: Sequence[Message]) -> Consumed:
        rows, origins, rejects = _rows(messages, self._topic)
        batch = self._read(rows)
        rejects += [_at(one, origins, self._topic) for one in batch.rejects]
        if rejects:
            self._reject(rejects)

        def beside(writer: Writer) -> None:
            self._keep_offsets(writer, messages)

        try:
            report = ingest(
                self._store, self._context, batch, self._clock, name=f"kafka:{self._topic}",
                confidence=self._confidence, beside=beside,
            )  # fmt: skip
        except _Overtaken:
            with self._store.reading(self._context) as reader:
                stands = offsets(reader, self._topic)
            for partition in sorted({_place(message) for message in messages} & self._mine):
                self._consumer.seek(self._from(stands, partition))
            return Consumed()
        return Consumed(len(messages), len(report.taken), len(rejects))

    def _keep_offsets(self, writer: Writer, messages: Sequence[Message]) -> None:
        """Move the offsets over these messages; _Overtaken where they are not the next ones."""
        stands = offsets(writer, self._topic)
        for message in messages:
            partition, offset = _place(message), _offset(message)
            if offset < stands.get(partition, 0):
                raise _Overtaken
            stands[partition] = offset + 1
        body = json.dumps({str(partition): offset for partition, offset in sorted(stands.items())})
        row = {"id": _document(self._topic), "kind": "kafka", "at": self._clock.now(), "body": body}
        writer.put("document", pa.Table.from_pylist([row], schema=arrow_schema("document")))

    def _assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        with self._store.reading(self._context) as reader:
            stands = offsets(reader, self._topic)
        self._mine |= {one.partition for one in partitions}
        self._ended -= {one.partition for one in partitions}
        consumer.assign([self._from(stands, partition) for partition in sorted(self._mine)])

    def _revoked(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._mine -= {one.partition for one in partitions}

    def _from(self, stands: Mapping[int, int], partition: int) -> TopicPartition:
        return TopicPartition(self._topic, partition, stands.get(partition, OFFSET_BEGINNING))


def offsets(reader: Reader, topic: str) -> dict[int, int]:
    """Of each partition the offset of the next message to take in."""
    rows = reader.get("document", "id", [_document(topic)])
    return {int(partition): offset for partition, offset in json.loads(rows[0]["body"]).items()} if rows else {}


def _rows(messages: Iterable[Message], topic: str) -> tuple[list[Any], list[Message], list[Reject]]:
    """The JSON objects of messages, the message of each, and the messages that are none."""
    rows: list[Any] = []
    origins: list[Message] = []
    rejects: list[Reject] = []
    for message in messages:
        value = message.value()
        try:
            row = json.loads(value) if value is not None else None
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, dict):
            rows.append(row)
            origins.append(message)
        else:
            reason = "It is empty." if value is None else "It is not a JSON object."
            text = value.decode("utf-8", "replace") if isinstance(value, bytes) else ""
            rejects.append(Reject(f"{topic}[{_place(message)}]", _offset(message), "", reason, text))
    return rows, origins, rejects


def _at(reject: Reject, origins: Sequence[Message], topic: str) -> Reject:
    """A reject of a batch, at the partition and offset of its message."""
    message = origins[max(0, min(reject.line - 1, len(origins) - 1))]
    return Reject(f"{topic}[{_place(message)}]", _offset(message), reject.column, reject.reason, reject.row)


def _place(message: Message) -> int:
    partition = message.partition()
    return -1 if partition is None else partition


def _offset(message: Message) -> int:
    offset = message.offset()
    return -1 if offset is None else offset


def _document(topic: str) -> str:
    return f"kafka:consume:{topic}"
