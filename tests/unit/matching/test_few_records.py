"""Few records, and any columns of them: right at the default confidence, and never everything in one."""

from collections import Counter
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from compared import encoded

from spine.domain.vocabulary import Kind
from spine.engines.local_engine import LocalEngine
from spine.matching.blocking import REFINE, keys, rules_of
from spine.matching.model import Breadth
from spine.matching.scorer import score
from spine.matching.training import train
from spine.resolution import merge_tree
from spine.resolution.components import connected, inside_pairs
from spine.settings import DEFAULT_CONFIDENCE

ENGINE = LocalEngine()
GIVEN = ["maria", "john", "elena", "peter", "ingrid", "omar", "lucia", "viktor", "amira", "daniel", "sofia", "henrik"]
SURNAME = ["berglund", "oduya", "marchetti", "novak", "haverkamp", "smith", "petrosyan", "quist", "moreau", "tanaka"]
STREET = ["oak street", "river road", "mill lane", "station road", "church street", "garden avenue", "hill crescent"]
CITY = [("springfield", "62701"), ("lakewood", "80201"), ("riverton", "84065"), ("ashland", "97520")]
FIRM = [
    "northern lights bakery", "acme tools", "blue harbor shipping", "zebra bank", "green valley farms",
    "summit dental care", "oakwood primary school", "redstone mining", "silver lake hotel", "pioneer logistics",
]  # fmt: skip
Row = dict[str, str | None]


def slip(text: str, draw: np.random.Generator) -> str:
    """Two neighbouring characters in each other's place."""
    at = int(draw.integers(1, len(text) - 2))
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def persons(count: int, seed: int) -> tuple[list[Row], list[int]]:
    """Two or three records of each person, with what real ones have: slips, gaps, initials, new e-mails."""
    draw = np.random.default_rng(seed)
    rows, truth = [], []
    for number in range(count):
        city, postcode = CITY[int(draw.integers(len(CITY)))]
        row: Row = {
            "given": str(draw.choice(GIVEN)), "surname": str(draw.choice(SURNAME)),
            "birth_date": f"{draw.integers(1940, 2004)}-{draw.integers(1, 13):02d}-{draw.integers(1, 29):02d}",
            "email": f"{draw.choice(GIVEN)}{draw.integers(10, 9999)}@mail.example",
            "phone": f"+1415555{draw.integers(1000, 9999)}",
            "house_number": str(draw.integers(1, 400)), "street": str(draw.choice(STREET)),
            "city": city, "postcode": postcode,
        }  # fmt: skip
        for _ in range(int(draw.integers(2, 4))):
            copy = dict(row)
            if draw.random() < 0.2:
                copy["surname"] = slip(str(row["surname"]), draw)
            if draw.random() < 0.1:
                copy["given"] = str(row["given"])[0]
            for field in ("email", "phone", "birth_date"):
                if draw.random() < 0.25:
                    copy[field] = None
            if draw.random() < 0.15:
                copy |= {"street": None, "house_number": None}
            rows.append(copy)
            truth.append(number)
    return rows, truth


def organisations(count: int, seed: int) -> tuple[list[Row], list[int]]:
    """Two records of each organisation: slips in names, missing domains and telephones."""
    draw = np.random.default_rng(seed)
    rows, truth = [], []
    for number in range(count):
        city, postcode = CITY[number % len(CITY)]
        name = FIRM[number % len(FIRM)] + (
            "" if number < len(FIRM) else f" {SURNAME[number // len(FIRM) + number % 7]}"
        )
        row: Row = {
            "organisation": name, "domain": f"{name.replace(' ', '')}.example", "city": city, "postcode": postcode,
            "street": STREET[number % len(STREET)], "house_number": str(number * 7 + 1),
            "phone": f"+1415555{draw.integers(1000, 9999)}",
        }  # fmt: skip
        copy = dict(row)
        if draw.random() < 0.4:
            copy["organisation"] = slip(name, draw)
        for field in ("domain", "phone"):
            if draw.random() < 0.4:
                copy[field] = None
        rows += [row, copy]
        truth += [number, number]
    return rows, truth


def groups(kind: Kind, rows: list[Row]) -> list[int]:
    """The cluster of each record at the default confidence, trained on these records alone."""
    records = encoded(rows)
    found = ENGINE.candidates(keys(kind, records), rules_of(kind, Breadth.WIDE, records), REFINE[kind, Breadth.WIDE])
    model = train(kind, records, found.left, found.right)
    weight = score(model, records, found.left, found.right).weight
    labels = connected(records.size, found.left[weight >= 0], found.right[weight >= 0])
    one, other, _ = inside_pairs(labels)
    weights = score(model, records, one, other).in_tree
    trees = merge_tree.build(np.arange(records.size), labels, one, other, weights)
    clusters: list[int] = trees.cut(model.height(DEFAULT_CONFIDENCE)).tolist()
    return clusters


def accuracy(found: list[int], truth: list[int]) -> tuple[float, float]:
    """Precision and recall of the pairs inside clusters."""

    def pairs(labels: list[int]) -> set[tuple[int, int]]:
        return {(a, b) for a, b in combinations(range(len(labels)), 2) if labels[a] == labels[b]}

    said, true = pairs(found), pairs(truth)
    return len(said & true) / max(1, len(said)), len(said & true) / len(true)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("count", [20, 50])
def test_few_persons(count: int, seed: int) -> None:
    rows, truth = persons(count, seed)
    precision, recall = accuracy(groups(Kind.PERSON, rows), truth)
    assert precision >= 0.98
    assert recall >= 0.93


@pytest.mark.parametrize("count", [10, 25])
def test_few_organisations(count: int) -> None:
    rows, truth = organisations(count, 3)
    precision, recall = accuracy(groups(Kind.ORGANISATION, rows), truth)
    assert precision >= 0.98
    assert recall >= 0.93


COLUMNS = ("given", "surname", "birth_date", "email", "phone", "street", "city", "house_number")
CHOICES = [(one,) for one in COLUMNS] + list(combinations(COLUMNS, 2))


@pytest.mark.parametrize("columns", CHOICES, ids=" + ".join)
def test_any_one_or_two_columns(columns: tuple[str, ...]) -> None:
    rows, truth = persons(25, 4)
    found = groups(Kind.PERSON, [{name: row[name] for name in columns} for row in rows])
    assert max(Counter(found).values()) <= 12
    # What is not told apart by these columns may be joined only where it tells a person.
    precision, _ = accuracy(found, truth)
    assert precision >= 0.85 or len(set(found)) == len(found)


@pytest.mark.parametrize("columns", [("organisation",), ("city",), ("domain",), ("organisation", "city"), ("phone",)])
def test_any_columns_of_organisations(columns: tuple[str, ...]) -> None:
    rows, truth = organisations(25, 5)
    found = groups(Kind.ORGANISATION, [{name: row[name] for name in columns} for row in rows])
    precision, _ = accuracy(found, truth)
    assert precision >= 0.85 or len(set(found)) == len(found)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    "rows",
    [[{}], [{}, {}], [{}] * 40, [{"given": "anna", "organisation": "acme"}], [{"city": "oslo"}] * 40],
    ids=["one", "two", "all null", "one named", "a constant"],
)
def test_next_to_nothing_joins_nothing(kind: Kind, rows: list[Any]) -> None:
    assert len(set(groups(kind, rows))) == len(rows)


def test_two_records_of_one_person_and_of_two() -> None:
    rows, _ = persons(2, 6)
    assert len(set(groups(Kind.PERSON, [rows[0], dict(rows[0])]))) == 1
    assert len(set(groups(Kind.PERSON, [rows[0], rows[-1]]))) == 2


def test_a_constant_column_beside_others_changes_little() -> None:
    rows, truth = persons(25, 7)
    found = groups(Kind.PERSON, [{**row, "city": "springfield", "postcode": "62701"} for row in rows])
    precision, recall = accuracy(found, truth)
    assert precision >= 0.95
    assert recall >= 0.85
