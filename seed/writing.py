"""Files as the sources export them, byte for byte the same everywhere."""

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from seed.sources.source import Table

_DELIMITERS = {"loyalty.csv": ";"}
_ENCODINGS = {"loyalty.csv": "cp1252"}


def write(path: Path, table: Table) -> None:
    """Write the table in the format that the file's name says: CSV, TSV, Parquet, JSON Lines or Senzing JSON."""
    if path.suffix == ".parquet":
        columns = {name: pa.array(column.tolist()) for name, column in table.items()}
        # Uncompressed, because compressors differ between builds.
        pq.write_table(pa.table(columns), path, compression="none")
    elif path.name.endswith(".senzing.jsonl"):
        _lines(path, table["json"].tolist())
    elif path.suffix == ".jsonl":
        names = list(table)
        rows = zip(*(table[name].tolist() for name in names), strict=True)
        _lines(path, [json.dumps({n: v for n, v in zip(names, row, strict=True) if v is not None}, ensure_ascii=False)
                      for row in rows])  # fmt: skip
    else:
        delimiter = _DELIMITERS.get(path.name, "\t" if path.suffix == ".tsv" else ",")
        encoding = _ENCODINGS.get(path.name, "utf-8")
        with path.open("w", encoding=encoding, errors="replace", newline="") as file:
            out = csv.writer(file, delimiter=delimiter, lineterminator="\n")
            out.writerow(table)
            out.writerows(zip(*(column.tolist() for column in table.values()), strict=True))


def _lines(path: Path, lines: list[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"{line}\n" for line in lines)
