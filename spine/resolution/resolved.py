"""What relations are derived from: the live records, columnar, and the entity that each resolves to."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from spine.aside import NOWHERE, Aside
from spine.normalise.pressed import Columns, Pressed
from spine.resolution.components import Ints
from spine.resolution.grouping import Coded, coded, whole_numbers, with_columns


def text_schema(names: Iterable[str]) -> pa.Schema:
    """A schema of text columns."""
    return _text_schema(tuple(names))


@lru_cache(maxsize=256)
def _text_schema(names: tuple[str, ...]) -> pa.Schema:
    return pa.schema([(name, pa.string()) for name in names])


def _schema(**columns: Any) -> pa.Schema:
    return pa.schema(list(columns.items()))


_TEXT = pa.string()
RECORDS = _schema(id=pa.int64(), source=_TEXT, record_id=_TEXT, kind=_TEXT, observed_at=_TEXT)
CLAIMS = _schema(
    row=pa.int64(),
    namespace=_TEXT,
    value=_TEXT,
    identifier=pa.int64(),
    verified=pa.bool_(),
    first_seen=_TEXT,
    last_seen=_TEXT,
)
RELATIONS = _schema(
    row=pa.int64(),
    kind=_TEXT,
    namespace=_TEXT,
    value=_TEXT,
    share=_TEXT,
    role=_TEXT,
    valid_from=_TEXT,
    valid_to=_TEXT,
)
PAST = _schema(row=pa.int64(), identifier=pa.int64(), value=_TEXT, first_seen=_TEXT, last_seen=_TEXT)
"""Addresses that rows carried before and carry no more: the identifier, its value, when it was seen."""
SAID = _schema(
    consent=pa.int64(),
    identifier=pa.int64(),
    purpose=_TEXT,
    status=_TEXT,
    at=_TEXT,
    record=pa.int64(),
    held=pa.bool_(),
    own=pa.bool_(),
)
"""Consents, once for each record (its number) that carries or carried the identifier: whether it did at that time,
and whether it is the record that the consent came with."""


def _complete(table: Columns, schema: pa.Schema) -> Columns:
    """The table with the columns of a schema; those it lacks are null. A compressed one may have more."""
    if isinstance(table, Pressed):
        return table if set(schema.names) <= set(table.column_names) else with_columns(table.whole(), schema)
    return with_columns(table, schema)


@dataclass(frozen=True)
class Resolved:
    """Live records with what each claims and declares; row i of `records`, `fields` and `extras` is one record.

    `records`: id (sequence number), source, record_id, kind, observed_at. `fields`: columns of `vocabulary.FIELDS`,
    normalised. `extras`: attributes as they came (household_role, dwelling_type, employer_name, industry …).
    `claims`: row, namespace, value, identifier (its id), verified, first_seen, last_seen. `relations`: row, kind,
    namespace, value, share, role, valid_from, valid_to. Columns that are missing count as null. `person` and
    `organisation` [rows] hold the smallest sequence number of the entity that the record resolves to, -1 where it is of
    the other kind. Where these are only some of the records, `held` says of each row how many of all records hold its
    key of that name (`home_keys.KEYS`). The last `before` rows are homes that records had before (`past_homes`). Where
    `answered`, the value of a relation is the number of the entity that answers to it among all records, else null.
    `crowds` are identifiers that relate nobody, too many persons carrying them, though only some of these are here.
    `aside` is where columns of numbers lie that are made once.
    """

    records: Columns
    fields: Columns
    person: Ints
    organisation: Ints
    extras: Columns | None = None
    claims: Columns = field(default_factory=lambda: CLAIMS.empty_table())
    relations: pa.Table = field(default_factory=lambda: RELATIONS.empty_table())
    held: Mapping[str, Ints] = field(default_factory=dict)
    before: int = 0
    answered: bool = False
    crowds: frozenset[int] = frozenset()
    aside: Aside = NOWHERE
    _coded: dict[tuple[str, str], Coded] = field(default_factory=dict, compare=False, repr=False)
    _numbers: dict[str, Ints] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Fill the columns that are missing with nulls."""
        for name, schema in (
            ("records", RECORDS),
            ("claims", CLAIMS),
            ("relations", RELATIONS),
        ):
            object.__setattr__(self, name, _complete(getattr(self, name), schema))
        for name in ("person", "organisation"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.int64))

    @property
    def size(self) -> int:
        """How many records there are."""
        return self.records.num_rows

    @property
    def ids(self) -> Ints:
        """The sequence number of each record."""
        return self._once_numbers("id", lambda: whole_numbers(self.records, "id"))

    def claimed(self, name: str) -> Ints:
        """A column of whole numbers of `claims`: `row` or `identifier`."""
        return self._once_numbers(name, lambda: whole_numbers(self.claims, name))

    def looked_at_anew(self, **changes: Any) -> "Resolved":
        """The same with other columns, without what was made of its columns so far."""
        return replace(self, _coded={}, _numbers={}, **changes)

    def as_came(self, name: str) -> "pa.ChunkedArray[Any]":
        """A column of the extras; nulls where it is missing."""
        if self.extras is not None and name in self.extras.column_names:
            return self.extras[name]
        return pa.chunked_array([pa.nulls(self.size, pa.string())])

    def text(self, name: str) -> "pa.ChunkedArray[Any]":
        """A column of the fields, or else of the extras; nulls where neither has it."""
        return self.fields[name] if name in self.fields.column_names else self.as_came(name)

    def coded_text(self, name: str) -> Coded:
        """`text` as codes, made once."""
        return self._once("text", name, lambda: self.text(name))

    def coded_of_records(self, name: str) -> Coded:
        """A text column of `records` as codes, made once."""
        return self._once("records", name, lambda: self.records[name])

    def coded_of_claims(self, name: str) -> Coded:
        """A text column of `claims` as codes, made once."""
        return self._once("claims", name, lambda: self.claims[name])

    def claims_of(self, namespace: str) -> NDArray[np.bool_]:
        """Which claims are of a namespace."""
        column = self.coded_of_claims("namespace")
        found = np.flatnonzero(column.texts == namespace)
        of_it: NDArray[np.bool_] = column.codes == (found[0] if len(found) else -2)
        return of_it

    def _once_numbers(self, name: str, column: Callable[[], Ints]) -> Ints:
        if name not in self._numbers:
            self._numbers[name] = self.aside.arrays({name: column()})[name]
        return self._numbers[name]

    def _once(self, table: str, name: str, column: "Callable[[], pa.ChunkedArray[Any]]") -> Coded:
        if (table, name) not in self._coded:
            made = coded(column())
            self._coded[table, name] = made._replace(codes=self.aside.arrays({name: made.codes})[name])
        return self._coded[table, name]
