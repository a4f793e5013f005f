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
from spine.audiences.frames import Frame
from spine.audiences.selection import Selection
from spine.audiences.writing import as_written, at_address, at_home
from spine.explore.staleness import staleness
from spine.memberships import public_ids
from spine.normalise.columns import join_known
from spine.ports import Clock
from spine.resolution.written import CODE

Form = Literal["csv", "parquet"]
_DANGEROUS = r"^[\s\x00-\x1f]*[=+\-@|%\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"
"""What a spreadsheet takes for a formula: its beginnings, also fullwidth, also after blanks."""
_NUMBER = r"^\+[0-9]{6,15}$"
"""A telephone number begins with a plus sign and holds nothing but digits: no formula."""


def table_of(selection: Selection) -> pa.Table:
    """The members with what a campaign needs: ids, name, contact, place, and the facts that the audience names.

    Names and places are written as records write them. Beside the contact stand when it was last seen, and how stale
    that makes it on the day of the audience. By post the place is that of the address to write to.
    """
    frame, definition = selection.frame, selection.definition
    of, channel, subject = definition.of, definition.channel, "p" if definition.of == "person" else "h"
    asked = [frame.facts.named(name) for name in definition.facts]
    facts = [
        (f'{subject}."{column_of(fact, one)}"', f"{fact.name}_{one}" if fact.kind == "money" else fact.name)
        for fact in asked
        for one in (frame.currencies if fact.kind == "money" else ("",))
    ]
    home = ("size", "adults", "region", "postcode") if of == "household" else ()
    columns = [
        *(f"m.{name} AS {name}" for name in ("id", "person", "contact", "contact_seen")),
        *(f"p.{name} AS {name}" for name in ("given_record", "surname_record", "address_record")),
        *(f"h.{name} AS home_{name}" for name in home),
        *(f"{column} AS \"fact_{at}\"" for at, (column, _) in enumerate(facts)),
    ]  # fmt: skip
    joins = f"JOIN {frame.table('persons')} p ON p.id = m.person"
    if home:
        joins += f" JOIN {frame.table('households')} h ON h.id = m.id"
    found: pa.Table = selection.run_members(", ".join(columns), joins=joins).to_arrow_table()
    person = found["person"]
    out: dict[str, Any] = {f"{of}_id": public_ids(of, found["id"].to_numpy())}
    if home:
        out["person_id"] = public_ids("person", person.to_numpy())
    given, surname = (as_written(frame, person, found[f"{name}_record"], name) for name in ("given", "surname"))
    out["name"] = join_known(" ", given, surname)
    if channel is not None:
        out[channel] = found["contact"]
        out[f"{channel}_last_seen"], out[f"{channel}_staleness"] = _staleness(found["contact_seen"], channel, frame.day)
    out |= _place(frame, found, of, channel)
    believed = {fact.name: fact.field or "" for fact in asked if fact.measure == "believed" and of == "person"}
    for at, (_, name) in enumerate(facts):
        field = believed.get(name)
        record = found[f"{field if field in ('given', 'surname') else 'address'}_record"]
        written = field is not None and field not in ("birth_date", "sex")
        out[name] = as_written(frame, person, record, str(field)) if written else found[f"fact_{at}"]
    return pa.table(out)


def _place(frame: Frame, found: pa.Table, of: str, channel: str | None) -> dict[str, Any]:
    """Where a member is at home; by post, where its mail goes."""
    person = found["person"]
    if channel == "address":
        record = at_address(frame, person, found["contact"])
    elif of == "household":
        record = at_home(frame, person, found["id"])
    else:
        record = found["address_record"]
    told = {name: as_written(frame, person, record, name) for name in ("region", "city", "postcode", "country")}
    out: dict[str, Any] = {}
    if channel == "address":
        out["street"] = as_written(frame, person, record, "as_street")
    if of == "person" or channel == "address":
        sizes = {name: found[f"home_{name}"] for name in ("size", "adults") if of == "household"}
        return out | sizes | told
    out |= {name: found[f"home_{name}"] for name in ("size", "adults")}
    region, postcode = found["home_region"], found["home_postcode"]
    codes: Any = pc.less_equal(pc.utf8_length(region), pa.scalar(CODE))
    named = pc.coalesce(told["region"], _titled(region))
    out["region"] = pc.if_else(codes, pc.utf8_upper(region), named)
    return out | {"city": told["city"], "postcode": pc.coalesce(told["postcode"], pc.utf8_upper(postcode))}


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


def _staleness(seen: "pa.ChunkedArray[Any]", channel: str, day: str) -> tuple[Any, Any]:
    """The day on which each contact was last seen, and the word for how stale it is; each different day once."""
    days: Any = pc.dictionary_encode(pc.utf8_slice_codeunits(seen.combine_chunks(), 0, 10))
    found = [staleness(channel, one, day) for one in days.dictionary.to_pylist()]
    words = pa.array([one.word if one is not None else None for one in found], pa.string())
    return days.cast(pa.string()), words.take(days.indices)


def _titled(column: "pa.ChunkedArray[Any]") -> Any:
    texts: Any = column.cast(pa.string())
    return pc.if_else(pc.utf8_is_lower(texts), pc.utf8_title(texts), texts)
