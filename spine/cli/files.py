"""Tables that commands read and write: a truth, memberships."""

from csv import writer
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as parquet

from spine.errors import FileError, QueryError


def read_texts(path: Path) -> pa.Table:
    """A CSV or Parquet file whose columns are all read as texts; FileError where it can't be."""
    try:
        if path.suffix == ".parquet":
            return _as_texts(parquet.read_table(path))
        with path.open("rb") as head:
            names = csv.open_csv(head).schema.names
        types = csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False)
        return csv.read_csv(path, convert_options=types)
    except (OSError, pa.ArrowException) as error:
        raise FileError(f"{path}: can't be read: {error}.", remedy="Give a CSV or Parquet file.") from error


def write_table(table: pa.Table, path: Path) -> None:
    """Write CSV or Parquet, by the suffix; the file appears complete or not at all."""
    if path.suffix not in (".csv", ".parquet"):
        raise QueryError(f"{path}: the suffix is neither .csv nor .parquet.", remedy="Name the format by the suffix.")
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        if path.suffix == ".csv":
            _write_csv(table, unfinished)
        else:
            parquet.write_table(table, unfinished)
        unfinished.replace(path)
    except (OSError, pa.ArrowException) as error:
        unfinished.unlink(missing_ok=True)
        raise FileError(
            f"{path}: can't be written: {error}.", remedy="Is the folder there, is the disk full?"
        ) from error


def _write_csv(table: pa.Table, path: Path) -> None:
    # Arrow's own writer puts every text in quotes; this one only those that need them.
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = writer(file, lineterminator="\n")
        rows.writerow(table.column_names)
        for batch in table.to_batches():
            rows.writerows(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def _as_texts(table: pa.Table) -> pa.Table:
    return table.cast(pa.schema([(name, pa.string()) for name in table.column_names]))
