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
        second = [column for column in refine if column not in rule.columns and column in keys.column_names]
        width = self._block(keys, rule.columns, second)
        key = [f"k{n}" for n in range(width)]
        self._pair("block", key, rule.crowded)
        for n in range(len(second)):
            finer = [*key, f"s{n}"]
            self._connection.execute(
                f"""CREATE OR REPLACE TEMP TABLE finer AS
                SELECT * REPLACE (count(*) OVER (PARTITION BY {", ".join(finer)}) AS held)
                FROM block WHERE held > {rule.crowded} AND s{n} IS NOT NULL"""
            )
            self._pair("finer", finer, rule.crowded)
        crowd = self._connection.execute(
            f"SELECT coalesce(sum(c * (c - 1) // 2), 0) FROM "
            f"(SELECT count(*) AS c FROM block WHERE held > {rule.crowded} GROUP BY {', '.join(key)})"
        ).fetchone()
        return int(crowd[0]) if crowd else 0

    def _block(self, keys: pa.Table, columns: Sequence[str], second: Sequence[str]) -> int:
        """Table `block`: row, key columns k0 …, second keys s0 …, and by how many records the key is `held`.

        A record holds each combination of the values of list columns once.
        """
        sources, chosen = ["keys"], ["row"]
        for n, column in enumerate(columns):
            if pa.types.is_list(keys.schema.field(column).type):
                sources.append(f'unnest(list_distinct(keys."{column}")) AS t{n}(v{n})')
                chosen.append(f"v{n} AS k{n}")
            else:
                chosen.append(f'"{column}" AS k{n}')
        chosen += [f'"{column}" AS s{n}' for n, column in enumerate(second)]
        names = [f"k{n}" for n in range(len(columns))]
        self._connection.execute(
            f"""CREATE OR REPLACE TEMP TABLE block AS
            SELECT *, count(*) OVER (PARTITION BY {", ".join(names)}) AS held
            FROM (SELECT {", ".join(chosen)} FROM {", ".join(sources)})
            WHERE {" AND ".join(f"{name} IS NOT NULL" for name in names)}"""
        )
        return len(columns)

    def _pair(self, table: str, key: Sequence[str], crowded: int) -> None:
        """Add the pairs of rows that hold a key of the table, where it is not crowded."""
        on = " AND ".join(f"a.{name} = b.{name}" for name in key)
        self._connection.execute(
            f"INSERT INTO pairs SELECT a.row, b.row FROM (FROM {table} WHERE held <= {crowded}) a "
            f"JOIN {table} b ON {on} AND a.row < b.row"
        )

    def components(self, size: int, candidates: Candidates) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """For each of `size` rows the smallest row number of its connected component."""
        return connected(size, candidates.left, candidates.right)
