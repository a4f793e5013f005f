"""Write docs/data-model.md from the declared graph: `python docs/data_model.py` (`--check` only compares)."""

import sys
from pathlib import Path

from spine.domain.graph import EDGES, NODES, Column, Table
from spine.domain.vocabulary import NAMESPACES

PAGE = Path(__file__).with_name("data-model.md")

HEAD = """# The data model

Written by `python docs/data_model.py` from `spine/domain/graph.py` and `spine/domain/vocabulary.py`; a test compares.
Every store holds the same tables: SQLite as tables, Neo4j as labels and relationship types, memory as Arrow.

Types: `int` (64 bit), `float`, `text`, `bool`, `json` (a document as text), `bytes`, `ints`, `texts` (lists). Times are
ISO 8601 texts in UTC. Only keys are never null.
"""


def page() -> str:
    """The whole page as Markdown."""
    parts = [HEAD, _picture(), _personal(), "## Nodes\n", *map(_table, NODES), "## Edges\n", *map(_table, EDGES)]
    return "\n".join([*parts, _namespaces()])


def _picture() -> str:
    labels = {table.name: table.label for table in NODES}
    lines = [f"    {labels[e.start]} -->|{e.label}| {labels[e.end]}" for e in EDGES]
    return "\n".join(["```mermaid", "graph LR", *lines, "```", ""])


def _personal() -> str:
    lines = [
        "## Where personal values are\n",
        "In these columns, in a store's full-text index of them, in SQLite's copy of columns that scans ask for",
        "(`block`, which a removed row leaves at once) and, while a first load goes on, in a file beside SQLite's",
        "(`…-words`: the index in the making; of a load that was killed it goes with the next write);",
        "while a resolve of two million records or more goes on, in files without names, which end with it;",
        "in the rejects file that a load may write by its input;",
        "in the filter of a saved audience (`document.body`), where somebody wrote one into it; in the",
        "memory of a process that answers audiences; and in the files that an export writes. Nowhere else: not in ids,",
        "not in keys of the change log, not in file names.\n",
    ]
    lines += [f"- `{t.name}.{c.name}`" for t in (*NODES, *EDGES) for c in t.columns if c.personal]
    return "\n".join([*lines, ""])


def _table(table: Table) -> str:
    ends = f": `({table.start})-[:{table.label}]->({table.end})`" if table.is_edge else f": `:{table.label}`"
    rows = [f"| `{c.name}` | {c.type} | {_marks(table, c)} |" for c in table.columns]
    return "\n".join(
        [f"### `{table.name}`{ends}\n", f"{table.says}\n", "| column | type | |", "|---|---|---|", *rows, ""]
    )


def _marks(table: Table, column: Column) -> str:
    marks = [
        (column.name in table.key, "key"),
        (column.unique and column.name not in table.key, "unique"),
        (column.indexed and not column.unique and column.name not in table.key, "indexed"),
        (column.personal, "**personal**"),
    ]
    return ", ".join(word for holds, word in marks if holds)


def _namespaces() -> str:
    rows = [
        f"| `{n.name}` | {n.policy} | {f'{n.half_life} days' if n.half_life else ''} | {n.says} |"
        for n in NAMESPACES.values()
    ]
    head = "A mapping may name kinds of its own as `x_…`: they are strong.\n"
    return "\n".join(
        ["## Identifier kinds\n", head, "| namespace | policy | half-life | |", "|---|---|---|---|", *rows, ""]
    )


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text("utf-8") == page() else f"{PAGE} is out of date: run python docs/data_model.py")
    PAGE.write_text(page(), "utf-8")
