"""The match engine of one machine: blocking joins in DuckDB, components in scipy."""

from collections.abc import Sequence

import duckdb
import numpy as np
import pyarrow as pa

from spine.ports import BlockingRule, Candidates
from spine.resolution.components import connected


class DuckDBEngine:
    """`MatchEngine` on DuckDB, in memory; spills to the system's temporary folder when the pairs outgrow it."""

    name = "duckdb"

    def __init__(self) -> None:
        self._connection = duckdb.connect()

    def candidates(self, keys: pa.Table, rules: Sequence[BlockingRule], refine: Sequence[str]) -> Candidates:
        """Pairs of rows that agree on a rule; a crowded key is joined with each of the `refine` columns."""
        skipped: dict[str, int] = {}
        self._connection.execute("CREATE OR REPLACE TABLE pairs (l BIGINT, r BIGINT)")
        self._connection.register("arrow_keys", keys.append_column("row", pa.array(np.arange(keys.num_rows))))
        self._connection.execute("CREATE OR REPLACE TABLE keys AS FROM arrow_keys")
        self._connection.unregister("arrow_keys")
        for rule in rules:
            if any(column not in keys.column_names for column in rule.columns):
                continue
            crowd = self._join(keys, rule, refine)
            if crowd:
                skipped[rule.name] = crowd
        found = self._connection.execute("SELECT DISTINCT l, r FROM pairs ORDER BY l, r").fetchnumpy()
        self._connection.execute("DROP TABLE pairs; DROP TABLE keys")
        return Candidates(found["l"].astype(np.int64), found["r"].astype(np.int64), skipped)

    def _join(self, keys: pa.Table, rule: BlockingRule, refine: Sequence[str]) -> int:
        """Add the rule's pairs; answers how many pairs crowded keys kept apart, refined or not."""
        crowded = rule.crowded
        plain = [f'"{column}"' for column in rule.columns if not pa.types.is_list(keys.schema.field(column).type)]
        lists = [f'"{column}"' for column in rule.columns if pa.types.is_list(keys.schema.field(column).type)]
        columns = ", ".join([*plain, *(f"unnest({column}) AS u{n}" for n, column in enumerate(lists))])
        names = [*plain, *(f"u{n}" for n in range(len(lists)))]
        present = " AND ".join(f"{name} IS NOT NULL" for name in names)
        second = [column for column in refine if column not in rule.columns and column in keys.column_names]
        extra = "".join(f', "{column}" AS s_{n}' for n, column in enumerate(second))
        self._connection.execute(
            f"""CREATE OR REPLACE TEMP TABLE block AS
            SELECT *, count(*) OVER (PARTITION BY {", ".join(names)}) AS held
            FROM (SELECT row, {columns} {extra} FROM keys) WHERE {present}"""
        )
        on = " AND ".join(f"a.{name} = b.{name}" for name in names)
        pairs = "INSERT INTO pairs SELECT a.row, b.row FROM"
        self._connection.execute(
            f"{pairs} (FROM block WHERE held <= {crowded}) a JOIN block b ON {on} AND a.row < b.row"
        )
        for n in range(len(second)):
            self._connection.execute(
                f"""CREATE OR REPLACE TEMP TABLE finer AS
                SELECT * REPLACE (count(*) OVER (PARTITION BY {", ".join(names)}, s_{n}) AS held)
                FROM block WHERE held > {crowded} AND s_{n} IS NOT NULL"""
            )
            self._connection.execute(
                f"{pairs} (FROM finer WHERE held <= {crowded}) a JOIN finer b "
                f"ON {on} AND a.s_{n} = b.s_{n} AND a.row < b.row"
            )
        crowd = self._connection.execute(
            f"SELECT coalesce(sum(c * (c - 1) // 2), 0) FROM (SELECT count(*) AS c FROM block "
            f"WHERE held > {crowded} GROUP BY {', '.join(names)})"
        ).fetchone()
        return int(crowd[0]) if crowd else 0

    def components(self, size: int, candidates: Candidates) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """For each of `size` rows the smallest row number of its connected component."""
        return connected(size, candidates.left, candidates.right)
