"""What agrees by chance, or because people live together, weighs no more where there are more records."""

from dataclasses import replace

import numpy as np
from compared import encoded, said_by, weights

from spine.domain.vocabulary import Kind
from spine.matching.frequencies import frequencies_of
from spine.matching.scorer import score
from spine.matching.training import train, untrained

PERSON = Kind.PERSON
LETTERS = list("abcdefghijklmnopqrstuvwxyz")


def _couples(households: int) -> tuple[list[dict[str, str | None]], list[dict[str, list[int]]]]:
    """Two records of each of two persons per household, who share surname, home, telephone and account."""
    draw = np.random.default_rng(7)
    rows: list[dict[str, str | None]] = []
    held: list[dict[str, list[int]]] = []
    for home in range(households):
        shared: dict[str, str | None] = {
            "surname": f"{draw.choice(['berg', 'lind', 'holm', 'dahl'])}{draw.choice(['', 'man', 'gren', 'qvist'])}",
            "street": "".join(draw.choice(LETTERS, 9)),
            "house_number": str(draw.integers(1, 200)),
            "city": "kiel",
        }
        for names in (("anna", "elsa", "greta", "ida"), ("peter", "karl", "otto", "nils")):
            birth = f"{draw.integers(1940, 2005)}-{draw.integers(1, 13):02d}-{draw.integers(1, 29):02d}"
            given = str(draw.choice(names))
            for _ in range(2):
                rows.append({**shared, "given": given, "birth_date": birth if draw.random() < 0.8 else None})
                held.append({"account": [home + 1]})
    return rows, held


def _relatives(households: int) -> tuple[int, dict[str, tuple[str, str]]]:
    """What a pair of one home weighs whose given names differ, and what was said of it; trained on so many homes."""
    rows, held = _couples(households)
    records = encoded(rows, held)
    inside = np.array([(4 * home + a, 4 * home + b) for home in range(households) for a in range(4) for b in range(a)])
    model = train(PERSON, records, inside[:, 1], inside[:, 0])
    dates = zip(rows[::4], rows[2::4], strict=True)
    unknown = [None in (one["birth_date"], other["birth_date"]) for one, other in dates]
    home = unknown.index(True)
    few = encoded(rows[4 * home : 4 * home + 4], held[4 * home : 4 * home + 4])
    return int(weights(model, few)[0, 2]), said_by(model, few, 0, 2)


def test_relatives_are_no_more_one_person_in_a_greater_world() -> None:
    small, said = _relatives(100)
    great, _ = _relatives(3000)
    assert great < small < 0
    assert said["shared_account"] == ("same account", "at one address")


def _called(given: str, surname: str, times: int) -> list[dict[str, str]]:
    return [{"given": given, "surname": surname}] * times


def _exchanged(one: dict[str, str], records: list[dict[str, str]]) -> tuple[int, int]:
    """What a record weighs with itself, and with itself exchanged, among these records."""
    other = {"given": one["surname"], "surname": one["given"]}
    found = encoded([one, one, other, *records])
    model = replace(untrained(PERSON), frequencies=frequencies_of(PERSON, found))
    left, right = np.array([0, 0]), np.array([1, 2])
    same, turned = score(model, found, left, right).weight.tolist()
    return same, turned


def test_names_of_both_kinds_are_hardly_exchanged() -> None:
    """Of James Thomas and Thomas James there are both; nobody is called Berglund Anna who is not Anna Berglund."""
    records = _called("james", "thomas", 30) + _called("thomas", "james", 30) + _called("anna", "berglund", 30)
    same, turned = _exchanged({"given": "anna", "surname": "berglund"}, records)
    assert turned > same - 1000
    same, turned = _exchanged({"given": "james", "surname": "thomas"}, records)
    assert turned < same - 5000


def test_names_read_the_wrong_way_round_are_no_rarer_for_that() -> None:
    """A surname is rare among given names; so Berglund Anna read as she is written looked like a rare coincidence."""
    records = _called("anna", "berglund", 400) + [{"given": f"g{n}", "surname": f"s{n}"} for n in range(400)]
    same, turned = _exchanged({"given": "anna", "surname": "berglund"}, records)
    back, again = _exchanged({"given": "berglund", "surname": "anna"}, records)
    assert abs(turned - again) < 100
    assert turned <= same + 1100 < back
