"""The feed published to a Kafka topic: keyed by entity, so that each entity's events stay in order, and each once.

A page is one transaction of an idempotent producer. Where it stands is read from the end of the topic, which is true
even where this process died between Kafka's commit and the store's, and from the store, which is true even where the
topic was emptied. Of two publishers of one store to one topic, Kafka fences the older.
"""

import json
import threading
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from spine.access.context import Context
from spine.domain.changes import FEED
from spine.errors import SpineError, StoreUnavailable
from spine.outgoing.envelope import MEDIA
from spine.outgoing.feed import Event, events_after, feed_source
from spine.ports import Cause, Clock, GraphStore, arrow_schema

PAGE = 500
POLL = 1.0
SECONDS = 30.0
_LOOK_BACK = 64


class Broken(SpineError):
    """Kafka could not do what was asked."""

    code = "KAFKA_ERROR"


class Publisher:
    """Publishes what a topic does not have yet."""

    def __init__(
        self, store: GraphStore, context: Context, topic: str, configuration: Mapping[str, str], clock: Clock
    ) -> None:
        """Take over the topic; `configuration` is librdkafka's, `bootstrap.servers` at least."""
        self._store, self._context, self._topic, self._clock = store, context, topic, clock
        self._configuration = dict(configuration)
        with store.reading(context) as reader:
            self._source = feed_source(reader)
            kept = reader.get("document", "id", [self._document])
        self._noted = int(json.loads(kept[0]["body"])["cursor"]) if kept else 0
        try:
            self._producer = self._begun()
            self.cursor = max(self._noted, self._last_published())
        except KafkaException as error:
            raise broken(error) from error

    def run(self, stop: threading.Event) -> None:
        """Publish until told to stop."""
        while not stop.is_set():
            if not self.publish():
                stop.wait(POLL)

    def publish(self) -> int:
        """Publish all there is, and note in the store how far that is; how many events that were."""
        count = 0
        while True:
            with self._store.reading(self._context) as reader:
                self._source = feed_source(reader)
                page = events_after(reader, self._context, self.cursor, PAGE)
            if not page:
                break
            self._send(page)
            self.cursor = int(page[-1]["id"])
            count += len(page)
        if self.cursor != self._noted:
            self._note()
        return count

    def _send(self, page: list[Event]) -> None:
        """One page as one transaction, tried again where Kafka says that it may be."""
        while True:
            try:
                self._producer.begin_transaction()
                for event in page:
                    self._producer.produce(
                        self._topic,
                        key=event["partitionkey"],
                        value=json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode(),
                        headers={"content-type": f"{MEDIA}; charset=UTF-8"},
                    )
                self._producer.commit_transaction(SECONDS)
                return
            except KafkaException as error:
                said: Any = error.args[0]
                if isinstance(said, KafkaError) and said.txn_requires_abort():
                    self._producer.abort_transaction(SECONDS)
                    continue
                raise broken(error) from error

    def _begun(self) -> Producer:
        producer = Producer(
            {
                **self._configuration,
                "enable.idempotence": True,
                "transactional.id": f"spine-{self._source.rpartition(':')[2]}-{self._topic}",
            }
        )
        producer.init_transactions(SECONDS)
        return producer

    def _last_published(self) -> int:
        """The greatest number among the last events of every partition; 0 where there is none of this store."""
        consumer = Consumer(
            {
                **self._configuration,
                "group.id": f"spine-end-of-{self._topic}",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "enable.partition.eof": True,
            }
        )
        try:
            known = consumer.list_topics(self._topic, SECONDS).topics[self._topic]
            if known.error is not None:
                raise KafkaException(known.error)
            return max((self._last_in(consumer, partition) for partition in known.partitions), default=0)
        finally:
            consumer.close()

    def _last_in(self, consumer: Consumer, partition: int) -> int:
        low, high = consumer.get_watermark_offsets(TopicPartition(self._topic, partition), SECONDS)
        back = _LOOK_BACK
        while True:
            start = max(low, high - back)
            found = self._greatest(consumer, TopicPartition(self._topic, partition, start)) if high > low else 0
            if found or start == low:
                return found
            # Nothing but marks of transactions and what others wrote: look further back.
            back *= 16

    def _greatest(self, consumer: Consumer, place: TopicPartition) -> int:
        consumer.assign([place])
        last = 0
        while True:
            message = consumer.poll(SECONDS)
            if message is None:
                raise Broken(f"The end of {self._topic} can't be read.", remedy="Is the broker up?")
            error = message.error()
            if error is not None:
                if error.code() == KafkaError._PARTITION_EOF:
                    return last
                raise KafkaException(error)
            last = max(last, self._number(message.value()))

    def _number(self, value: bytes | None) -> int:
        try:
            event = json.loads(value or b"null")
        except ValueError:
            return 0
        ours = isinstance(event, dict) and event.get("source") == self._source
        return int(event["id"]) if ours else 0

    @property
    def _document(self) -> str:
        return f"kafka:publish:{self._topic}"

    def _note(self) -> None:
        """Keep in the store how far the topic is; where that fails, the topic itself knows."""
        row = {
            "id": self._document, "kind": "kafka", "at": self._clock.now(), "body": json.dumps({"cursor": self.cursor}),
        }  # fmt: skip
        with self._store.writing(self._context, Cause(FEED, batch="kafka")) as writer:
            writer.put("document", pa.Table.from_pylist([row], schema=arrow_schema("document")))
        self._noted = self.cursor


def broken(error: KafkaException) -> SpineError:
    """What Kafka said, as an error of the product."""
    said: Any = error.args[0] if error.args else error
    text = said.str() if isinstance(said, KafkaError) else str(said)
    if isinstance(said, KafkaError) and said.code() in (KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT,
                                                        KafkaError._TIMED_OUT):  # fmt: skip
        return StoreUnavailable(f"Kafka can't be reached: {text}.", remedy="Is the broker up, is its address right?")
    return Broken(f"Kafka refused: {text}.", remedy="See the broker's log; a topic has to exist, or to be made.")
