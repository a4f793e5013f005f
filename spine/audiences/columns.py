"""The columns of the graph that audiences are made of, read again where the change log says that they moved."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from spine.domain.vocabulary import Kind
from spine.errors import ModelError
from spine.explore.facts import BELIEVED, Facts, declared
from spine.explore.golden import rules_of
from spine.matching.model import Model
from spine.memberships import Forest, read_forests, read_model
from spine.ports import Reader
from spine.resolution.golden_rules import Rules

CONTACTS = ("email", "phone", "address")
"""Namespaces through which somebody can be reached."""
ADDRESS = ("house_number", "street", "unit", "po_box")
NAMES = ("given_name", "surname", "full_name")
LOG_PAGE = 500

_SCANS: Mapping[str, tuple[str, ...]] = {
    "record": ("id", "key", "source", "kind", "observed_at", "live", "fields", "attributes"),
    "carries": ("start", "end", "namespace", "last_seen", "verified", "valid_from", "valid_to"),
    "identifier": ("id", "namespace", "value"),
    "event": ("id", "source", "kind", "at", "value", "currency", "channel", "status", "attributes"),
    "event_of": ("start", "end"),
    "consent": ("id", "source", "reference", "purpose", "status", "at"),
    "consent_of": ("start", "end"),
    "household": ("id", "region", "postcode"),
    "member_of": ("start", "end", "weight", "role"),
    "resides_in": ("start", "end", "weight"),
    "organisation": ("id", "ultimate"),
}
"""What is read of each table."""


@dataclass(frozen=True)
class Columns:
    """The graph at a log position: Arrow tables by name, trees and models by kind, facts, survivorship rules."""

    position: int
    tables: Mapping[str, pa.Table]
    forests: Mapping[Kind, Forest]
    models: Mapping[Kind, Model]
    facts: Facts
    rules: Rules


def position(reader: Reader) -> int:
    """The position of the change log."""
    last = reader.select("log", descending=True, limit=1)
    return int(last[0]["id"]) if last else 0


def read_columns(reader: Reader, before: Columns | None = None) -> Columns:
    """What audiences are made of, as of now; tables that no entry of the log touched since `before` are kept."""
    now = position(reader)
    if before is not None and before.position == now:
        return before
    moved = None if before is None or before.position > now else _moved(reader, before.position)
    tables = dict(before.tables) if before is not None and moved is not None else {}
    for name in _SCANS:
        if name not in tables or moved is None or name in moved:
            tables[name] = _read(reader, name)
    if before is not None and moved is not None and not moved & {"component", "document"}:
        return Columns(now, tables, before.forests, before.models, before.facts, before.rules)
    if before is not None and moved is not None and "component" not in moved:
        forests = before.forests
    else:
        forests = read_forests(reader)
    models = {kind: _model(reader, kind) for kind in Kind if len(forests[kind].records)}
    return Columns(now, tables, forests, models, declared(reader), rules_of(reader))


def _model(reader: Reader, kind: Kind) -> Model:
    try:
        return read_model(reader, kind)
    except ModelError as error:
        raise ModelError(error.message, remedy="Run `spine resolve` first.") from error


def _moved(reader: Reader, since: int) -> set[str] | None:
    """The tables that entries after a position changed; None where there are too many entries to look at."""
    entries = reader.select("log", after=(since, since), limit=LOG_PAGE)
    if len(entries) == LOG_PAGE:
        return None
    return {name for row in entries for name in json.loads(row["entry"])["tables"]}


def _read(reader: Reader, name: str) -> pa.Table:
    table = reader.scan(name, _SCANS[name])
    if name == "record":
        return _unfolded(table.filter(table["live"], null_selection_behavior="drop"))
    if name == "identifier":
        return table.filter(pc.is_in(table["namespace"], pa.array(CONTACTS)))
    return table


def _unfolded(records: pa.Table) -> pa.Table:
    """The records with the fields and attributes that are filtered on or shown as columns of their own."""
    wanted = dict.fromkeys((*BELIEVED, *ADDRESS), "VARCHAR")
    shown = dict.fromkeys(NAMES, "VARCHAR")
    with duckdb.connect() as connection:
        connection.register("records", records)
        found: Any = connection.sql(
            """SELECT id, key, source, kind, observed_at, unnest(coalesce(from_json(fields, $f), from_json('{}', $f))),
                from_json(attributes, $a).given_name AS as_given, from_json(attributes, $a).surname AS as_surname,
                from_json(attributes, $a).full_name AS as_full
            FROM records""",
            params={"f": json.dumps(wanted), "a": json.dumps(shown)},
        ).to_arrow_table()
    table: pa.Table = found
    return table
