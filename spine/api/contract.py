"""The published contract as files: the committed schema and the ready-made operations, in a wheel or a checkout."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from spine.errors import NotFound

AUDIENCES = ("support", "marketing", "analysis", "integration")


@dataclass(frozen=True, slots=True)
class ReadyMade:
    """A ready-made operation: the question it answers, the document, and variables that work in the demo world.

    `changes` where it is a mutation.
    """

    name: str
    audience: str
    question: str
    variables: dict[str, Any]
    document: str
    changes: bool = False


def directory() -> Path:
    """Where the contract lies: inside the installed package, or at the top of a checkout."""
    here = Path(__file__).resolve().parent
    installed = here / "contract"
    return installed if installed.is_dir() else here.parents[1] / "graphql"


@lru_cache(maxsize=1)
def operations() -> tuple[ReadyMade, ...]:
    """All ready-made operations, by audience and name."""
    folder = directory() / "operations"
    found = [_read(path, audience) for audience in AUDIENCES for path in sorted((folder / audience).glob("*.graphql"))]
    return tuple(found)


def operation(name: str) -> ReadyMade:
    """The operation of that name, with or without its audience before it; NotFound lists what there is."""
    for one in operations():
        if name.removesuffix(".graphql") in (one.name, f"{one.audience}/{one.name}"):
            return one
    names = ", ".join(f"{one.audience}/{one.name}" for one in operations())
    raise NotFound(f"There is no operation {name[:80]!r}.", remedy=f"Choose from {names}.")


def committed_schema() -> str:
    """The schema as published."""
    return (directory() / "schema.graphql").read_text(encoding="utf-8")


def _read(path: Path, audience: str) -> ReadyMade:
    """The question is the first comment; `# variables: {…}` a line of JSON."""
    document = path.read_text(encoding="utf-8")
    comments = [line.removeprefix("#").strip() for line in document.splitlines() if line.startswith("#")]
    variables = next((line for line in comments if line.startswith("variables:")), "variables: {}")
    question = " ".join(line for line in comments if not line.startswith("variables:"))
    given = json.loads(variables.removeprefix("variables:"))
    return ReadyMade(path.stem, audience, question, given, document, "\nmutation " in document)
