"""Events and consents written to the graph, each with the identifier that it is of."""

from typing import Any

import numpy as np
import pyarrow as pa

from spine.normalise.claims import CLAIM_COLUMNS, normalise_claims
from spine.normalise.columns import compute, one_array
from spine.pipeline.batch_writer import BatchWriter, graph_table

_AMOUNT = r"^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?$"
_REGION = "US"


def write_events(out: BatchWriter, events: pa.Table) -> None:
    """Write events; one whose identifier can't be read is kept without it. The same event again changes nothing."""
    if events.num_rows:
        names = ("source", "reference", "kind", "at", "currency", "channel", "status", "attributes")
        _write(out, "event", events, names, "kind", {"value": _amounts(one_array(events["amount"]))})


def write_consents(out: BatchWriter, consents: pa.Table) -> None:
    """Write consents; one whose identifier can't be read is kept without it. The same consent again changes nothing."""
    if consents.num_rows:
        _write(out, "consent", consents, ("source", "reference", "purpose", "status", "at", "proof"), "purpose", {})


def _write(
    out: BatchWriter, table: str, facts: pa.Table, names: tuple[str, ...], about: str, more: dict[str, Any]
) -> None:
    columns = {name: one_array(facts[name]) for name in names}
    number = out.numbers(columns["source"], _references(facts), columns[about])
    out.put(table, graph_table(table, {"id": number, **columns, **more}))
    readable = _identifiers(facts)
    row = readable["row"].to_numpy()
    if len(row):
        end = out.identifiers(one_array(readable["namespace"]), one_array(readable["value"]))
        out.put(f"{table}_of", graph_table(f"{table}_of", {"start": number[row], "end": end}))


def _identifiers(facts: pa.Table) -> pa.Table:
    """Row, namespace and normalised value of the identifiers that can be read."""
    size = facts.num_rows
    columns: list[Any] = [
        np.arange(size, dtype=np.int32), facts["namespace"], facts["value"], pa.repeat(False, size),
        pa.nulls(size, pa.string()), pa.nulls(size, pa.string()),
    ]  # fmt: skip
    claims = pa.table(columns, schema=CLAIM_COLUMNS)
    claims = claims.filter(compute.and_(compute.is_valid(claims["namespace"]), compute.is_valid(claims["value"])))
    return normalise_claims(claims, pa.repeat(_REGION, size)).table


def _amounts(texts: Any) -> Any:
    """Amounts without thousands separators as numbers; what is still no number becomes null."""
    plain = compute.replace_substring(compute.utf8_trim_whitespace(texts), ",", "")
    numeric = compute.match_substring_regex(plain, _AMOUNT)
    return compute.if_else(numeric, plain, pa.scalar(None, pa.string())).cast(pa.float64())


def _references(facts: pa.Table) -> Any:
    """The reference of each fact, or where the source gives none what it says instead."""
    said = [compute.fill_null(one_array(facts[name]), "") for name in ("namespace", "value", "at")]
    return compute.coalesce(one_array(facts["reference"]), compute.binary_join_element_wise(*said, "\x1f"))
