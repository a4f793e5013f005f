"""The graph as data: every node and edge table, declared once, the same on every store.

A table has typed columns. Node tables have the key `id`; edge tables have `start` and `end` (ids of nodes) and, where
two nodes can have several edges of one kind, a further key column. SQLite's DDL, Neo4j's constraints and relationship
types, the Arrow schemas and `docs/data-model.md` all derive from `GRAPH`.

Column types: `int` (64 bit), `float`, `text`, `bool`, `json` (a JSON document as text), `bytes`, `ints`, `texts`.
Times are ISO 8601 texts in UTC, so that they compare as texts. All columns but keys may be null.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from struct import unpack
from typing import Any, Literal

ColumnType = Literal["int", "float", "text", "bool", "json", "bytes", "ints", "texts"]
LISTS = ("ints", "texts")
"""The types of columns that hold several values."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `indexed` columns can be looked up with `Reader.get`; `personal` ones hold personal data."""

    name: str
    type: ColumnType
    indexed: bool = False
    unique: bool = False
    personal: bool = False

    @property
    def holds_many(self) -> bool:
        """Whether a cell counts with several values."""
        return self.type in LISTS or self.type == "bytes"

    def values(self, cell: Any, most: int | None = None) -> Sequence[Any]:
        """What a cell counts with where somebody looks for what it names: one value, or the items of a list.

        Bytes are a list, too: packed whole numbers of eight bytes each, the least first. A list of more than `most`
        items counts with none, and nulls count with nothing.
        """
        if cell is None:
            return ()
        if self.type == "bytes":
            packed: bytes = cell[: len(cell) // 8 * 8]
            cell = unpack(f"<{len(packed) // 8}q", packed)
        elif not self.holds_many:
            return (cell,)
        items: Sequence[Any] = cell
        return items if most is None or len(items) <= most else ()


@dataclass(frozen=True, slots=True)
class Table:
    """A node or edge table; for an edge, `start` and `end` name node tables and `type` is the relationship type."""

    name: str
    says: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("id",)
    label: str = ""
    start: str = ""
    end: str = ""
    names: tuple[str, ...] = field(init=False, compare=False)
    """The column names, in order."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(column.name for column in self.columns))

    @property
    def is_edge(self) -> bool:
        """True where rows connect two nodes."""
        return bool(self.start)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name} has no column {name}")


def _columns(spec: str) -> tuple[Column, ...]:
    """Read `name:type` words; `*` after the type marks an index, `!` a unique index, `#` personal data."""
    out = []
    for word in spec.split():
        name, _, kind = word.partition(":")
        plain = kind.rstrip("*!#")
        marks = kind[len(plain) :]
        out.append(Column(name, plain, "*" in marks or "!" in marks, "!" in marks, "#" in marks))  # type: ignore[arg-type]
    return tuple(out)


def _node(name: str, label: str, says: str, spec: str, id_type: ColumnType = "int") -> Table:
    identity = Column("id", id_type, indexed=True, unique=True)
    return Table(name, says, (identity, *_columns(spec)), ("id",), label)


def _edge(name: str, relation: str, start: str, end: str, says: str, spec: str = "", key: str = "") -> Table:
    ends = (Column("start", "int", indexed=True), Column("end", "int", indexed=True))
    return Table(name, says, ends + _columns(spec), ("start", "end", *key.split()), relation, start, end)


NODES = (
    _node(
        "record",
        "Record",
        "One row of one source, in its current version; `id` is its sequence number, kept over change and deletion.",
        "key:text! source:text record_id:text* kind:text observed_at:text ingested_at:text hash:text live:bool "
        "raw:json# attributes:json# fields:json# relations:json#",
    ),
    _node(
        "record_version",
        "RecordVersion",
        "A version of a record that is no longer, or not yet, the current one.",
        "record:int* observed_at:text ingested_at:text hash:text raw:json#",
        "text",
    ),
    _node(
        "identifier",
        "Identifier",
        "A namespace and a normalised value: one node however many records carry it.",
        "namespace:text value:text*#",
    ),
    _node(
        "component",
        "Component",
        "Records connected at or above the floor; `value` holds the weights of all pairs inside and the merge tree.",
        "kind:text size:int members:ints value:bytes flags:texts",
    ),
    _node(
        "person",
        "Person",
        "A resolved person at the default confidence, with the facts that lists filter on. `consents` are those "
        "that hold at that confidence; at another, and for a channel, audiences tell whom one may contact.",
        "size:int cohesion:float next_join:float stage:text* name:text# region:text* region_name:text "
        "namespaces:texts sources:texts consents:texts flags:texts",
    ),
    _node(
        "organisation",
        "Organisation",
        "A resolved organisation at the default confidence.",
        "size:int cohesion:float next_join:float name:text region:text* region_name:text country:text "
        "namespaces:texts sources:texts controller:int* ultimate:int* parents:int children:int cycle:bool flags:texts",
    ),
    _node(
        "household",
        "Household",
        "Persons who live, or share accounts, together.",
        "size:int adults:int cohesion:float region:text* region_name:text postcode:text postcode_name:text "
        "address:text# namespaces:texts sources:texts valid_from:text valid_to:text",
    ),
    _node(
        "event",
        "Event",
        "Something that happened to an identifier: order, visit, ticket, login.",
        "source:text reference:text* kind:text at:text value:float currency:text channel:text status:text "
        "attributes:json#",
    ),
    _node(
        "consent",
        "Consent",
        "A consent given or withdrawn for a purpose, with its proof.",
        "source:text reference:text purpose:text status:text at:text proof:json#",
    ),
    _node(
        "key",
        "Key",
        "A blocking key, by its keyed hash: how many records hold it, and which (none named where they are very many).",
        "held:int records:bytes",
    ),
    _node(
        "keyed",
        "Keyed",
        "The blocking keys of a record, those that refine crowded ones, and those that relations point at; by record.",
        "kind:text keys:bytes targets:bytes",
    ),
    _node(
        "touched",
        "Touched",
        "A record whose links are still to be worked out, by its number.",
        "reason:text",
    ),
    _node(
        "change",
        "Change",
        "What happened to an entity, in the order it happened; `entry` holds ids and reasons, never personal values.",
        "position:int* at:text kind:text* entity:text* entry:json",
    ),
    _node(
        "document",
        "Document",
        "What the product keeps about itself: models, mappings, summaries.",
        "kind:text* at:text body:json",
        "text",
    ),
    _node(
        "log",
        "LogEntry",
        "The one append-only change log; `id` is the position. Carries ids and hashes, never personal values.",
        "at:text cause:text* principal:text entry:json",
    ),
)

EDGES = (
    _edge(
        "carries",
        "CARRIES",
        "record",
        "identifier",
        "This record carries this identifier.",
        "namespace:text first_seen:text last_seen:text verified:bool valid_from:text valid_to:text",
    ),
    _edge(
        "match",
        "MATCH",
        "record",
        "record",
        "A candidate pair at or above the floor; `weight` in thousandths of a bit, `levels` one per comparison.",
        "weight:int probability:float levels:text model:text",
    ),
    _edge(
        "judged",
        "JUDGED",
        "record",
        "record",
        "An asserted same or different.",
        "authority:text at:text verdict:text by:text why:text",
        "authority at",
    ),
    _edge("in_component", "IN", "record", "component", "This record is in this component."),
    _edge(
        "resolves_to_person", "RESOLVES_TO", "record", "person", "At the default confidence this record is this person."
    ),
    _edge(
        "resolves_to_organisation",
        "RESOLVES_TO",
        "record",
        "organisation",
        "At the default confidence this record is this organisation.",
    ),
    _edge(
        "resides_in",
        "RESIDES_IN",
        "record",
        "household",
        "The record's residency belongs to this household; `weight` is null where the record has moved on since.",
        "weight:float valid_from:text valid_to:text",
    ),
    _edge(
        "member_of",
        "MEMBER_OF",
        "person",
        "household",
        "A person is a member of a household over a period, for these reasons; `weight` is null for who has left, or "
        "was seen at another home since.",
        "weight:float role:text valid_from:text valid_to:text evidence:json",
    ),
    _edge(
        "related_to",
        "RELATED_TO",
        "person",
        "person",
        "Two persons are related: family, shares device, shares account.",
        "kind:text weight:float valid_from:text valid_to:text evidence:json",
        "kind",
    ),
    _edge(
        "employed_by",
        "EMPLOYED_BY",
        "person",
        "organisation",
        "A person works for an organisation.",
        "weight:float declared:bool role:text valid_from:text valid_to:text evidence:json",
    ),
    _edge(
        "subsidiary_of",
        "SUBSIDIARY_OF",
        "organisation",
        "organisation",
        "`start` is owned by `end`.",
        "share:float controlling:bool declared:bool role:text current:bool valid_from:text valid_to:text evidence:json",
    ),
    _edge("event_of", "OF", "event", "identifier", "The identifier that the event happened to."),
    _edge("consent_of", "OF", "consent", "identifier", "The identifier that the consent was given for."),
)

GRAPH: dict[str, Table] = {table.name: table for table in (*NODES, *EDGES)}
