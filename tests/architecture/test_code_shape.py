"""The house rules that no linter sets: sizes, docstrings, what may not be where."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULE_LINES = 400
FUNCTION_LINES = 60
ADR_LINES = 40
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def sources(*folders: str) -> dict[str, str]:
    """Every Python file below the folders, by its path in the checkout."""
    found = {
        path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
    }
    assert found
    return found


PRODUCT = sources("spine", "loaders", "seed")
EVERYTHING = {**PRODUCT, **sources("tests"), "run.py": (ROOT / "run.py").read_text("utf-8")}


def long_functions(source: str) -> Iterator[str]:
    """Functions that are longer than one can take in."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{node.name} ({lines} lines)"


def promised_elsewhere() -> frozenset[str]:
    """Methods whose promise stands in ports.py: adapters need not repeat it."""
    tree = ast.parse(PRODUCT["spine/ports.py"])
    protocols = [
        node
        for node in tree.body
        if isinstance(node, ast.ClassDef) and {"Protocol", "Reader"} & {ast.unparse(base) for base in node.bases}
    ]
    return frozenset(item.name for node in protocols for item in node.body if isinstance(item, ast.FunctionDef))


def says(node: Definition) -> bool:
    """True with a docstring, a description for the published schema in a decorator, or nothing of its own to say."""
    calls = [decorator for decorator in node.decorator_list if isinstance(decorator, ast.Call)]
    texts = [part for call in calls for part in call.args if isinstance(part, ast.Constant) and part.value]
    described = texts or any(word.arg == "description" for call in calls for word in call.keywords)
    inherits = isinstance(node, ast.ClassDef) and node.bases and all(isinstance(item, ast.Pass) for item in node.body)
    return bool(ast.get_docstring(node) or described or inherits)


def undocumented(source: str, promised: frozenset[str] = frozenset()) -> Iterator[str]:
    """Public modules, classes, functions and methods that do not say what they promise."""
    tree = ast.parse(source)
    if tree.body and not ast.get_docstring(tree):
        yield "the module"
    for node in tree.body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            if not says(node):
                yield node.name
            for item in node.body if isinstance(node, ast.ClassDef) else ():
                if not isinstance(item, Definition) or item.name.startswith("_") or item.name in promised:
                    continue
                if not says(item):
                    yield f"{node.name}.{item.name}"


def unfinished(source: str) -> Iterator[str]:
    """Marks of work left over."""
    for number, line in enumerate(source.splitlines(), 1):
        if re.search(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b", line):
            yield f"line {number}"


def offenders(files: dict[str, str], rule, *arguments: object) -> list[str]:  # type: ignore[no-untyped-def]
    return [f"{path}: {what}" for path, source in files.items() for what in rule(source, *arguments)]


def test_the_rules_see_what_they_forbid() -> None:
    body = "\n".join(f"    x = {number}" for number in range(FUNCTION_LINES))
    assert list(long_functions(f"def f():\n{body}")) == [f"f ({FUNCTION_LINES + 1} lines)"]
    assert list(long_functions(f"def f():\n{body}".replace("    x = 0\n", ""))) == []
    bare = "class A:\n    def b(self): ...\n    def _c(self): ...\ndef d(): ...\ndef _e(): ...\n"
    assert list(undocumented(bare)) == ["the module", "A", "A.b", "d"]
    assert list(undocumented(bare, frozenset({"b"}))) == ["the module", "A", "d"]
    published = bare.replace("class A", "@type(description='An A.')\nclass A")
    assert list(undocumented(published)) == ["the module", "A.b", "d"]
    assert list(undocumented('"Says."\nclass A(B[C]):\n    pass\nclass D:\n    pass\n')) == ["D"]
    assert list(unfinished("x = 1  # TO" + "DO later\nmastodons = 2\n")) == ["line 1"]
    assert {"get", "put", "writing", "candidates"} <= promised_elsewhere()


def test_no_module_is_longer_than_400_lines() -> None:
    lines = {path: source.count("\n") for path, source in EVERYTHING.items()}
    assert {path: count for path, count in lines.items() if count > MODULE_LINES} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    found = offenders(EVERYTHING, long_functions)
    assert not found, "\n".join(found)


def test_everything_public_says_what_it_promises() -> None:
    spine = {path: source for path, source in PRODUCT.items() if path.startswith("spine/")}
    found = offenders(spine, undocumented, promised_elsewhere())
    assert not found, "\n".join(found)


def test_no_marks_of_work_left_over() -> None:
    found = offenders(EVERYTHING, unfinished)
    assert not found, "\n".join(found)


def test_no_name_that_says_nothing() -> None:
    assert [path for path in PRODUCT if re.search(r"(utils?|helpers?|managers?)(/|\.py)", path)] == []


def test_no_python_below_graphql_and_no_module_of_that_name() -> None:
    # Either would shadow the library graphql-core.
    assert list((ROOT / "graphql").rglob("*.py")) == []
    assert not (ROOT / "graphql.py").exists()
    assert [path for path in EVERYTHING if path.endswith("/graphql.py")] == []


def test_no_packages_below_tests() -> None:
    assert [path for path in EVERYTHING if path.startswith("tests/") and path.endswith("__init__.py")] == []


def test_decision_records_are_short_and_named_by_the_decision() -> None:
    records = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert records
    assert [path.name for path in records if len(path.read_text("utf-8").splitlines()) > ADR_LINES] == []
    assert [path.name for path in records if not re.fullmatch(r"\d{4}(-[a-z0-9]+){3,}\.md", path.name)] == []
    numbers = [path.name[:4] for path in records]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("package", ["domain", "normalise", "resolution"])
def test_pure_parts_open_no_files(package: str) -> None:
    files = {path: source for path, source in PRODUCT.items() if path.startswith(f"spine/{package}/")}
    assert files

    def opens(source: str) -> Iterator[str]:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"open", "print", "input"}:
                yield f"line {node.lineno}"

    found = offenders(files, opens)
    assert not found, "\n".join(found)
