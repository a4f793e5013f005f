"""Everybody as columns of an in-memory DuckDB, as of a position of the change log, at the confidences and days asked.

It is nowhere on disk. It is read whole once; afterwards `splicing` puts in what moved.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import duckdb

from spine.audiences.columns import SCANS, Columns, position, read_columns, scanned
from spine.audiences.fact_columns import currencies_of, dated_events
from spine.audiences.frames import Frame, make_households, make_organisations, make_persons
from spine.audiences.population import base_tables, entities_at, population, trust
from spine.audiences.recutting import recut
from spine.ports import Reader

POPULATIONS = 3
"""How many (confidence, day) are kept ready."""
Told = Callable[[str, float], None]
"""Is told what is being read, and which share of all is done."""
READ = 0.6
"""The share of the work that reading is; the rest is putting together."""


class World:
    """The tables of everybody, and the frames made of them."""

    def __init__(self, columns: Columns) -> None:
        self.connection = duckdb.connect(config={"autoinstall_known_extensions": False})
        self.columns = columns
        self.currencies: tuple[str, ...] = ()
        self.cuts: dict[float, int] = {}
        self.frames: OrderedDict[tuple[float, str], Frame] = OrderedDict()
        self._next = 0

    def close(self) -> None:
        """Forget everything."""
        self.frames.clear()
        self.connection.close()

    def take(self, name: str, table: Any) -> None:
        """Keep an Arrow table under a name."""
        self.connection.register("arriving", table)
        self.connection.execute(f"CREATE TABLE {name} AS SELECT * FROM arriving")
        self.connection.unregister("arriving")

    def derive(self) -> None:
        """Make what is the same at every confidence out of the tables that were read."""
        base_tables(self.connection)
        trust(self.connection, self.columns.rules)
        dated_events(self.connection, self.columns.facts)
        self.currencies = tuple(currencies_of(self.connection, self.columns.facts))

    def settle(self, columns: Columns) -> None:
        """Be as of a later position; where models, rules or facts changed, what was made by them is made anew."""
        before, self.columns = self.columns, columns
        if alike(before, columns):
            for key, frame in self.frames.items():
                self.frames[key] = self._at(frame.confidence, frame.day, frame.cut, frame.number)
            return
        self.frames.clear()
        self.cuts.clear()
        kept = {*SCANS}
        for (name,) in self.connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            if name not in kept:
                self.connection.execute(f'DROP TABLE "{name}"')
        self.derive()

    def frame(self, confidence: float, day: str) -> Frame:
        """Everybody at a confidence and a day (ISO 8601)."""
        found = self.frames.get((confidence, day))
        if found is None:
            found = self._made(confidence, day)
            self.frames[confidence, day] = found
            self._drop_oldest()
        self.frames.move_to_end((confidence, day))
        return found

    def _made(self, confidence: float, day: str) -> Frame:
        cut = self.cuts.get(confidence)
        self._next += 2
        frame = self._at(confidence, day, cut or self._next - 1, self._next)
        if cut is None:
            entities = entities_at(self.connection, self.columns, confidence)
            of_the_day = [one for one in self.frames.values() if one.day == day]
            if recut(self.connection, entities, of_the_day, frame):
                self.cuts[confidence] = frame.cut
                return frame
            population(self.connection, self.columns.rules, entities, frame.cut)
            self.cuts[confidence] = frame.cut
        for make in (make_persons, make_households, make_organisations):
            make(frame)
        return frame

    def _at(self, confidence: float, day: str, cut: int, number: int) -> Frame:
        return Frame(self.connection, self.columns, confidence, day, cut, number, self.currencies)

    def _drop_oldest(self) -> None:
        """Drop the tables of the frames that nobody asked for longest, and of confidences that no frame is left of."""
        while len(self.frames) > POPULATIONS:
            _, gone = self.frames.popitem(last=False)
            self._drop(gone.number)
        kept = {frame.cut for frame in self.frames.values()}
        for confidence, cut in list(self.cuts.items()):
            if cut not in kept:
                del self.cuts[confidence]
                self._drop(cut)

    def _drop(self, number: int) -> None:
        names = self.connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE regexp_extract(table_name, '[0-9]+$') = $1", [str(number)]
        ).fetchall()
        for (name,) in names:
            self.connection.execute(f'DROP TABLE "{name}"')


def read_world(reader: Reader, told: Told = lambda what, share: None) -> World:
    """Everybody as the reader sees them."""
    world = World(read_columns(reader, position(reader)))
    try:
        for done, name in enumerate(SCANS):
            told(f"reading {name}", READ * done / len(SCANS))
            world.take(name, scanned(reader, name))
        told("putting together", READ)
        world.derive()
    except BaseException:
        world.close()
        raise
    return world


def alike(before: Columns, now: Columns) -> bool:
    """True where nothing changed by which tables are made."""
    versions = [{kind: model.version for kind, model in one.models.items()} for one in (before, now)]
    return versions[0] == versions[1] and now.facts == before.facts and now.rules == before.rules
