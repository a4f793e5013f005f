"""An audience as a file, CSV or Parquet, with a manifest that says what it is and how it came about."""

import hashlib
import io
import json
from dataclasses import asdict
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as parquet
from pyarrow import csv

from spine import __version__
from spine.audiences.fact_columns import column_of
from spine.audiences.selection import Selection
from spine.explore.staleness import staleness
from spine.memberships import public_ids
from spine.normalise.columns import join_known
from spine.ports import Clock
from spine.resolution.written import CODE, CODED

Form = Literal["csv", "parquet"]
_DANGEROUS = r"^[\s\x00-\x1f]*[=+\-@|%\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"
"""What a spreadsheet takes for a formula: its beginnings, also fullwidth, also after blanks."""
_NUMBER = r"^\+[0-9]{6,15}$"
"""A telephone number begins with a plus sign and holds nothing but digits: no formula."""


def table_of(selection: Selection) -> pa.Table:
    """The members with what a campaign needs: ids, name, contact, place, and the facts that the audience names.

    Beside the contact stand when it was last seen, and how stale that makes it on the day of the audience.
    """
    frame, definition = selection.frame, selection.definition
    asked = [frame.facts.named(name) for name in definition.facts]
    subject = "p" if definition.of == "person" else "h"
    facts = [
        (f'{subject}."{column_of(fact, one)}"', f"{fact.name}_{one}" if fact.kind == "money" else fact.name)
        for fact in asked
        for one in (frame.currencies if fact.kind == "money" else ("",))
    ]
    place = ["region", "city", "postcode", "country"] if subject == "p" else ["size", "adults", "region", "postcode"]
    columns = [
        "m.id AS id", "m.person AS person", "p.given_written AS given", "p.surname_written AS surname",
        *(["m.contact AS contact", "m.contact_seen AS seen"] if definition.channel is not None else []),
        *(f"{subject}.{name} AS {name}" for name in place),
        *(f"{column} AS \"{name}\"" for column, name in facts),
    ]  # fmt: skip
    joins = f"JOIN {frame.table('persons')} p ON p.id = m.person"
    if subject == "h":
        joins += f" JOIN {frame.table('households')} h ON h.id = m.id"
    found: pa.Table = selection.run_members(", ".join(columns), joins=joins).to_arrow_table()
    return _named(found, definition.of, definition.channel, frame.day)


def encoded(table: pa.Table, form: Form) -> bytes:
    """The table as a file's content; in CSV no cell can be taken for a formula."""
    out = io.BytesIO()
    if form == "parquet":
        parquet.write_table(table, out)
    else:
        csv.write_csv(harmless(table), out)
    return out.getvalue()


def manifest(selection: Selection, name: str, files: dict[str, bytes], clock: Clock) -> dict[str, Any]:
    """What the files are: the time, the definition, the models, the confidence, the counts, and the files' hashes."""
    frame = selection.frame
    hashes = {file: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for file, data in files.items()}
    return {
        "audience": name,
        "exported_at": clock.now(),
        "of": f"{selection.definition.of}s",
        "purpose": selection.definition.purpose,
        "definition": json.loads(selection.definition.document()),
        "confidence": frame.confidence,
        "as_of": frame.day,
        "position": frame.columns.position,
        "models": {kind.value: model.version for kind, model in sorted(frame.columns.models.items())},
        "counts": asdict(selection.counts()),
        "files": hashes,
        "product": f"spine {__version__}",
    }


def harmless(table: pa.Table) -> pa.Table:
    """The table with an apostrophe before every text that a spreadsheet would take for a formula, on one line each."""
    columns = []
    for column in table.columns:
        if not pa.types.is_string(column.type):
            columns.append(column)
            continue
        plain: Any = pc.replace_substring_regex(column, r"[\x00-\x1f]+", " ")
        risky = pc.and_(
            pc.match_substring_regex(plain, _DANGEROUS), pc.invert(pc.match_substring_regex(plain, _NUMBER))
        )
        columns.append(pc.if_else(risky, pc.binary_join_element_wise("'", plain, ""), plain))
    return pa.table(columns, names=table.column_names)


def _named(table: pa.Table, of: str, channel: str | None, day: str) -> pa.Table:
    """The table with public ids, a name in one column, and the contact under the name of its channel."""
    columns: dict[str, Any] = {f"{of}_id": public_ids(of, table["id"].to_numpy())}
    if of == "household":
        columns["person_id"] = public_ids("person", table["person"].to_numpy())
    given, surname = (_titled(table[name]) for name in ("given", "surname"))
    columns["name"] = join_known(" ", given, surname)
    for name in table.column_names[4:]:
        if name == "seen" and channel is not None:
            columns[f"{channel}_last_seen"], columns[f"{channel}_staleness"] = _staleness(table[name], channel, day)
        else:
            columns[(channel or name) if name == "contact" else name] = _shown(name, table[name])
    return pa.table(columns)


def _shown(name: str, column: "pa.ChunkedArray[Any]") -> Any:
    """A place as it is written: it is kept in small letters, and a region or country may be a code."""
    if name == "city":
        return _titled(column)
    if name in CODED:
        texts: Any = column.cast(pa.string())
        lengths: Any = pc.utf8_length(texts)
        return pc.if_else(pc.less_equal(lengths, pa.scalar(CODE)), pc.utf8_upper(texts), _titled(column))
    return pc.utf8_upper(column.cast(pa.string())) if name == "postcode" else column


def _staleness(seen: "pa.ChunkedArray[Any]", channel: str, day: str) -> tuple[Any, Any]:
    """The day on which each contact was last seen, and the word for how stale it is; each different day once."""
    days: Any = pc.dictionary_encode(pc.utf8_slice_codeunits(seen.combine_chunks(), 0, 10))
    found = [staleness(channel, one, day) for one in days.dictionary.to_pylist()]
    words = pa.array([one.word if one is not None else None for one in found], pa.string())
    return days.cast(pa.string()), words.take(days.indices)


def _titled(column: "pa.ChunkedArray[Any]") -> Any:
    texts: Any = column.cast(pa.string())
    return pc.if_else(pc.utf8_is_lower(texts), pc.utf8_title(texts), texts)
