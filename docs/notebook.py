"""Run docs/analysis.ipynb and keep what it shows: `python docs/notebook.py` after `spine demo --no-serve`.

A notebook here is plain Python in cells, so it runs without Jupyter, in CI as well; Jupyter opens it as it is.
"""

import ast
import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent / "analysis.ipynb"
Cell = dict[str, Any]


def executed(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with what each of its cells shows, run one after the other in one namespace."""
    names: dict[str, Any] = {"__name__": "__main__"}
    cells = []
    for number, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "code":
            shown = _shown("".join(cell["source"]), names, f"cell {number}")
            cell = {**cell, "execution_count": None, "outputs": shown}
        cells.append(cell)
    return {**notebook, "cells": cells}


def _shown(source: str, names: dict[str, Any], place: str) -> list[Cell]:
    """What a cell prints, and the value of its last expression, as Jupyter keeps them."""
    tree = ast.parse(source, place)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed, value = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, place, "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), place, "eval"), names)
    out: list[Cell] = []
    if printed.getvalue():
        out.append({"output_type": "stream", "name": "stdout", "text": printed.getvalue().splitlines(keepends=True)})
    if value is not None:
        text = {"text/plain": repr(value).splitlines(keepends=True)}
        out.append({"output_type": "execute_result", "execution_count": None, "metadata": {}, "data": text})
    return out


def main() -> None:
    """Run the notebook beside this file and write it back."""
    notebook = executed(json.loads(PAGE.read_text(encoding="utf-8")))
    PAGE.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
