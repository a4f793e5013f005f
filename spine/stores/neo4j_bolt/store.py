"""The graph in a Neo4j database, over Bolt."""

import threading
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any
from urllib.parse import urlsplit

import neo4j
from neo4j import GraphDatabase, Session
from neo4j import Transaction as BoltTransaction

from spine.access.context import Context
from spine.errors import BadStoreUrl, StoreBusy, StoreError, StoreUnavailable, TooExpensive
from spine.ports import Cause, Clock, CypherAnswer, Plan, Reader, Step, SystemClock, Writer
from spine.stores.neo4j_bolt import schema
from spine.stores.neo4j_bolt.connection import Cypher, translated
from spine.stores.neo4j_bolt.deadline import Deadline
from spine.stores.neo4j_bolt.documents import Documents
from spine.stores.neo4j_bolt.question import answered
from spine.stores.neo4j_bolt.reader import BoltReader
from spine.stores.neo4j_bolt.usual import usual
from spine.stores.neo4j_bolt.writer import LOCK, BoltWriter

PATIENCE = 10.0
"""Seconds that a writer waits for another one, and that opening waits for the server."""

READ_SECONDS = 30.0
"""Time-out of one view; the server ends it."""

PATIENT_SECONDS = 3600.0
"""Time-out of a view of whoever is patient: it may read all there is."""

PLANNING = 2
"""Statements that a server is asked to plan at the same time: each takes one of its cores."""

WRITE_SECONDS = 3600.0
"""Time-out of one writing transaction."""

MARK = "spine"
"""The name of what tells a transaction apart among those of the server."""

END = (
    "SHOW TRANSACTIONS YIELD transactionId AS id, metaData WHERE metaData[$name] = $mark "
    "TERMINATE TRANSACTIONS id YIELD message RETURN message"
)

_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
"""The writers of one process queue here; the lock on the server is for other processes."""


class BoltStore:
    """A graph in the database `neo4j://HOST:PORT/DATABASE` (`bolt://` likewise; without a name the server's default).

    Neo4j shows a reader what others commit meanwhile: a view is one transaction with a time-out, not a snapshot.
    StoreUnavailable where the server can't be reached or refuses the password, SchemaMismatch where it is newer.
    """

    def __init__(
        self,
        url: str,
        user: str,
        password: str,
        clock: Clock | None = None,
        patience: float = PATIENCE,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        server, self._database = _parts(url)
        self.url = url
        self.folder: str | None = None
        self._clock = clock or SystemClock()
        self._patience = patience
        self._read_seconds = read_seconds
        self._lock = _locks[url]
        self._closed = False
        self._documents = Documents()
        self._planned: set[tuple[tuple[str, Step], ...]] = set()
        self._planning = threading.Lock()
        with translated(url):
            self._driver = GraphDatabase.driver(
                server,
                auth=(user, password),
                connection_timeout=patience,
                connection_acquisition_timeout=4 * patience,
                notifications_min_severity=neo4j.NotificationMinimumSeverity.OFF,
            )
        try:
            with translated(url):
                self._driver.verify_connectivity()
            schema.migrate(self._driver, self._database, url)
        except BaseException:
            self._driver.close()
            raise

    @contextmanager
    def reading(self, context: Context) -> Iterator[Reader]:
        """One view, in one transaction; TooExpensive where it takes longer than its time-out."""
        seconds = PATIENT_SECONDS if context.patient else self._read_seconds
        with self._session(neo4j.READ_ACCESS) as session, self._transaction(session, seconds) as transaction:
            yield BoltReader(Cypher(self.url, transaction), self._documents, self._question)

    @contextmanager
    def writing(self, context: Context, cause: Cause) -> Iterator[Writer]:
        """The exclusive right to write; StoreBusy where another writer keeps it too long."""
        if not self._lock.acquire(timeout=self._patience):
            raise self._busy()
        try:
            mark = uuid.uuid4().hex
            with (
                self._session(neo4j.WRITE_ACCESS) as session,
                self._transaction(session, WRITE_SECONDS, {MARK: mark}) as transaction,
            ):
                cypher = Cypher(self.url, transaction)
                with self._impatient(mark):
                    locked = cypher.run(LOCK)[0]
                writer = BoltWriter(cypher, self._documents, context, cause, self._clock, locked)
                yield writer
                if writer.finish():
                    with translated(self.url):
                        transaction.commit()
        finally:
            self._lock.release()

    def plan(self, plans: Iterable[Plan]) -> None:
        """Have the server plan these questions and the text of writes as in a transaction that has written.

        It keeps such plans apart from those of transactions that only read. Nothing is locked, and nothing stays.
        A statement is planned by one thread of the server, so that several are sent side by side. Who comes meanwhile
        waits: a server asked twice would do all of it twice. It forgets what it has planned when it is started again.
        """
        asked = {tuple(plan.items()): plan for plan in plans}
        if asked.keys() <= self._planned:
            return
        with self._planning:
            new = [plan for key, plan in asked.items() if key not in self._planned]
            if new:
                with ThreadPoolExecutor(PLANNING, "spine-planning") as pool:
                    list(pool.map(self._plan, [None, *new]))
                self._planned |= asked.keys()

    def _plan(self, plan: Plan | None) -> None:
        """Have one text planned: that of a question, or of writes."""
        with (
            self._session(neo4j.WRITE_ACCESS) as session,
            self._transaction(session, PATIENT_SECONDS) as transaction,
        ):
            cypher = Cypher(self.url, transaction)
            cypher.run("CREATE ()")
            if plan is None:
                cypher.run(f"EXPLAIN {usual()}", p={})
            else:
                BoltReader(cypher, self._documents, self._question).follow(plan)

    def close(self) -> None:
        """Give back the connections."""
        self._closed = True
        with translated(self.url):
            self._driver.close()

    def __enter__(self) -> "BoltStore":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _question(self, query: str, parameters: Mapping[str, Any], rows: int, seconds: float) -> CypherAnswer:
        """A question in Cypher, in a read transaction of its own that is always rolled back."""
        with self._session(neo4j.READ_ACCESS) as session, self._transaction(session, seconds) as transaction:
            return answered(self.url, transaction, query, parameters, rows)

    @contextmanager
    def _impatient(self, mark: str) -> Iterator[None]:
        """Inside it the transaction of that mark waits for another process; too long, and it is ended: StoreBusy.

        A time-out of its own would end it while it writes, which may last an hour; and a first transaction that only
        waits costs three round trips.
        """
        with Deadline(self._patience, lambda: self._end(mark)) as deadline:
            try:
                yield
            except (StoreBusy, TooExpensive) as error:
                raise self._busy() from error
        if deadline.passed:
            raise self._busy()

    def _end(self, mark: str) -> None:
        """End the transaction of a mark."""
        with translated(self.url), self._session(neo4j.WRITE_ACCESS) as session:
            session.run(END, name=MARK, mark=mark).consume()

    def _busy(self) -> StoreBusy:
        return StoreBusy(
            f"{self.url}: another writer has held the lock for {self._patience:g} seconds.", remedy="Try again."
        )

    @contextmanager
    def _session(self, access: str) -> Iterator[Session]:
        if self._closed:
            raise StoreError("The store is closed.")
        with translated(self.url):
            session = self._driver.session(database=self._database, default_access_mode=access)
        try:
            yield session
        except StoreUnavailable:
            self._planned = set()
            raise
        finally:
            with translated(self.url):
                session.close()

    @contextmanager
    def _transaction(
        self, session: Session, seconds: float, marks: dict[str, str] | None = None
    ) -> Iterator[BoltTransaction]:
        """A transaction that is rolled back unless it was committed inside."""
        # The driver keeps its way of sending the beginning with the first statement to itself: it is taken where it is
        # there, and where it is not, the beginning is a round trip of its own.
        early = getattr(session, "_pipelined_begin", None)
        begin: AbstractContextManager[Any] = nullcontext() if early is None else early
        with translated(self.url), begin:
            transaction = session.begin_transaction(metadata=marks, timeout=seconds)
        try:
            yield transaction
        finally:
            with translated(self.url):
                transaction.close()


def _parts(url: str) -> tuple[str, str | None]:
    """The server's URL and the name of the database."""
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise BadStoreUrl(
            "A store URL may not carry a user or password.", remedy="Set SPINE_NEO4J_USER and SPINE_NEO4J_PASSWORD."
        )
    return f"{parts.scheme}://{parts.netloc}", parts.path.strip("/") or None
