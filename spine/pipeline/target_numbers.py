"""The numbers under which the key index holds what relations are found by: who names whom, and who answers to it.

A name is a namespace and a value: an identifier that an entity carries, the key of a record, the name of an
organisation. Whoever names another, asks for an employer, or answers to a name stands under the same number but for its
last four bits, so that one leads to the other. They lie among the targets of a record, beside those of its homes.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa

from spine.domain.vocabulary import Kind
from spine.normalise.columns import at_positions
from spine.normalise.emails import company_domain
from spine.normalise.organisations import split_organisation
from spine.pipeline.gather import Gathered
from spine.pipeline.keying import SORTS, of_sort, sort_of
from spine.pipeline.numbering import numbers
from spine.resolution.components import Ints
from spine.resolution.employment import MOST_CARRYING
from spine.resolution.grouping import coded

NAMES, WORKS_AT, WORKS_FOR, ANSWERS = 0, 13, 14, 15
"""Who holds a number: who declares a relation to the name, persons with an e-mail address in the domain, persons whose
employer has the name, organisations that answer to it. The sorts between are those of homes (`home_numbers`)."""
MOST_NAMING = MOST_CARRYING
"""So many holders of such a number are named; more are looked for among all records when somebody needs them."""
MOST_AT_HOME = 1000
"""So many holders of a number of homes: more are never asked for."""
NAME = "name of an organisation"
"""The namespace under which an organisation answers to its own name, without its legal form."""
Target = tuple[str, str]
"""What is named: a namespace and a value."""


def target_numbers(targets: list[Target], secret: bytes, sort: int = NAMES) -> Ints:
    """The numbers under which those are found who have to do with these targets in the way of a sort."""
    if not targets:
        return np.empty(0, np.int64)
    columns = [pa.array(list(column), pa.string()) for column in zip(*targets, strict=True)]
    return of_sort(numbers(secret, pa.array(["target"] * len(targets), pa.string()), *columns), sort)


def as_sort(number: int, sort: int) -> int:
    """The number of the same target for another sort."""
    return (number & ~SORTS) | sort


def counterparts(number: int) -> list[int]:
    """The numbers that one among a record's targets leads to: none for that of a home."""
    own = sort_of(number)
    if own == ANSWERS:
        return [as_sort(number, sort) for sort in (NAMES, WORKS_AT, WORKS_FOR)]
    return [as_sort(number, ANSWERS)] if own in (NAMES, WORKS_AT, WORKS_FOR) else []


def most_named(number: Ints) -> Ints:
    """Up to how many holders of each number among the targets of records are named."""
    home = ~np.isin(number & SORTS, (NAMES, WORKS_AT, WORKS_FOR, ANSWERS))
    most: Ints = np.where(home, MOST_AT_HOME, MOST_NAMING)
    return most


def numbers_of_targets(gathered: Gathered, rows: Ints, kind: Kind, secret: bytes) -> tuple[Ints, Ints]:
    """What these rows of a kind name, ask for and answer to, as (place in `rows`, number)."""
    place = gathered.places(rows)
    relations = gathered.relations
    columns: list[list[Any]] = [relations[name].to_pylist() for name in ("row", "namespace", "value")]
    named = [(int(place[row]), (str(a), str(b))) for row, a, b in zip(*columns, strict=True) if a and b]
    parts = [_numbered([one for one in named if one[0] >= 0], NAMES, secret)]
    if kind is Kind.PERSON:
        parts += [_texts(*_hosts(gathered, place), "domain", WORKS_AT, secret)]
        parts += [_texts(*_employers(gathered, rows), NAME, WORKS_FOR, secret)]
    else:
        parts += [_numbered(list(_answers(gathered, rows, place)), ANSWERS, secret)]
    at, number = (np.concatenate(column) for column in zip(*parts, strict=True))
    return at, number


def _numbered(told: list[tuple[int, Target]], sort: int, secret: bytes) -> tuple[Ints, Ints]:
    return np.array([at for at, _ in told], np.int64), target_numbers([target for _, target in told], secret, sort)


def _texts(
    at: Ints, codes: Ints, texts: list[str | None], namespace: str, sort: int, secret: bytes
) -> tuple[Ints, Ints]:
    """The numbers of coded texts, each hashed once; -1 and None have none."""
    known = target_numbers([(namespace, text or "") for text in texts], secret, sort)
    held = np.append(np.where([bool(text) for text in texts], known, -1), -1)[codes]
    return at[held >= 0], held[held >= 0]


def _hosts(gathered: Gathered, place: Ints) -> tuple[Ints, Ints, list[str | None]]:
    """The domains of companies in e-mail addresses."""
    claims = gathered.claims
    at = place[claims["row"].to_numpy()]
    mail = np.array([name == "email" for name in claims["namespace"].to_pylist()], dtype=bool) & (at >= 0)
    values = coded(claims["value"].filter(pa.array(mail)))
    return at[mail], values.codes, [company_domain(text.rpartition("@")[2]) for text in values.texts.tolist()]


def _employers(gathered: Gathered, rows: Ints) -> tuple[Ints, Ints, list[str | None]]:
    """The names of employers, without their legal forms."""
    if "employer_name" not in gathered.attributes.column_names:
        return np.empty(0, np.int64), np.empty(0, np.int64), []
    values = coded(at_positions(gathered.attributes["employer_name"], rows))
    return np.arange(len(rows)), values.codes, [split_organisation(text)[0] for text in values.texts.tolist()]


def _answers(gathered: Gathered, rows: Ints, place: Ints) -> Iterable[tuple[int, Target]]:
    """All that organisations may be named by: their identifiers, the keys of their records, their names."""
    claims = gathered.claims
    columns: list[list[Any]] = [claims[name].to_pylist() for name in ("row", "namespace", "value")]
    for row, namespace, value in zip(*columns, strict=True):
        if place[row] >= 0 and namespace and value:
            yield int(place[row]), (str(namespace), str(value))
    keys = at_positions(gathered.records["key"], rows).to_pylist()
    names = at_positions(gathered.fields["organisation"], rows).to_pylist()
    for at, (key, name) in enumerate(zip(keys, names, strict=True)):
        yield at, ("record", str(key))
        if name:
            yield at, (NAME, str(name))
