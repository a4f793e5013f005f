"""The rows of the record table for a few records, text by text: exactly what DuckDB's columns give for many.

Starting DuckDB costs more than a record. Where a text needs a form that is not written here, None sends the batch
there.
"""

import json
import re
from collections.abc import Iterable
from hashlib import md5
from typing import Any

import pyarrow as pa

from spine.domain.vocabulary import ATTRIBUTES

FEW = 300
"""Up to so many records are made here."""
_ODD = re.compile(r"[\x00-\x1f\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f\u3000\ufeff]")
"""Characters whose form is left to DuckDB."""
_QUOTED = re.compile(r"""['"\\\[\]{}(),:=]""")
_COLUMNS = pa.schema(
    [
        (name, pa.bool_() if name == "live" else pa.string())
        for name in (
            "key", "source", "record_id", "kind", "observed_at", "ingested_at", "hash", "live", "raw", "attributes",
            "fields", "relations",
        )
    ]
)  # fmt: skip


def few_records(records: pa.Table, fields: pa.Table, now: str, region: str = "") -> pa.Table | None:
    """The records (as `ports.RECORD_COLUMNS` and attributes) as rows of the record table, without ids."""
    attributes = records.select([name for name in records.column_names if name in ATTRIBUTES])
    listed = _columns(records.select(["identifiers", "relations"]))
    texts = (_columns(attributes), _columns(fields))
    if any(_odd(row) for columns in texts for row in columns) or any(_odd_lists(row) for row in listed):
        return None
    columns = _columns(records.select(["source", "record_id", "kind", "observed_at", "raw"]))
    rows = []
    for said, attribute, field, lists in zip(columns, *texts, listed, strict=True):
        about, compared = _object(attribute), _object(field)
        relations = lists["relations"]
        parts = (
            said["kind"], said["observed_at"], said["raw"], about,
            _written(lists["identifiers"]), _written(relations), region or None,
        )  # fmt: skip
        content = "\x1f".join(part for part in parts if part is not None)
        rows.append(
            {
                "key": f"{said['source']}/{said['record_id']}",
                **said,
                "ingested_at": now,
                "hash": md5(content.encode(), usedforsecurity=False).hexdigest(),
                "live": True,
                "attributes": about,
                "fields": compared,
                "relations": _json(relations) if relations else None,
            }
        )
    return pa.Table.from_pylist(rows, schema=_COLUMNS)


def _columns(table: pa.Table) -> list[dict[str, Any]]:
    """The rows of a table; as many empty ones where it has no columns."""
    return table.to_pylist() if table.num_columns else [{} for _ in range(table.num_rows)]


def _odd(row: dict[str, Any]) -> bool:
    return any(text is not None and _ODD.search(text) for text in row.values())


def _odd_lists(row: dict[str, Any]) -> bool:
    lists: Iterable[Any] = row.values()
    return any(
        isinstance(value, str) and _ODD.search(value) for some in lists for one in some or () for value in one.values()
    )


def _object(row: dict[str, Any]) -> str:
    """The texts that a row has as a JSON object."""
    members = (f'"{name}":{_json(text)}' for name, text in row.items() if text is not None)
    return f"{{{','.join(members)}}}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _written(structs: list[dict[str, Any]] | None) -> str | None:
    """A list of structs as DuckDB casts it to a text."""
    if structs is None:
        return None
    return f"[{', '.join(_struct(one) for one in structs)}]"


def _struct(one: dict[str, Any]) -> str:
    members = (f"'{name}': {_value(value)}" for name, value in one.items())
    return f"{{{', '.join(members)}}}"


def _value(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if text and text.strip() == text and text.upper() != "NULL" and not _QUOTED.search(text):
        return text
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
