"""What stewards judged teaches the model: judged pairs are certain while training, and calibrate its joins."""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pytest
from batches import Ticking, person, put

from spine.access.context import LOCAL
from spine.bootstrap import open_engine
from spine.domain.vocabulary import Kind
from spine.explore.membership import resolve as entities
from spine.matching.calibration import FEWEST, SHIPPED
from spine.matching.model import Model
from spine.pipeline.resolve import resolve
from spine.ports import Cause, GraphStore, arrow_schema
from spine.stewardship.confirming import confirm_identity

FORENAMES = ("Annabel", "Benedict", "Clarence", "Dorothea", "Ezekiel", "Florence")
SURNAMES = ("Quist", "Oduya", "Haverkamp", "Lindqvist", "Marchetti", "Novotny", "Petrosyan")


def people() -> list[Any]:
    """Forty persons with two records each, one of them by another e-mail."""
    rows = []
    for number in range(40):
        common = {
            "given_name": FORENAMES[number % 6],
            "surname": SURNAMES[number % 7],
            "birth_date": f"{1950 + number}-0{number % 9 + 1}-1{number % 9}",
        }
        rows.append(person(f"a{number}", "2025-01-01", f"email:one{number}@first.example", **common))
        rows.append(person(f"b{number}", "2025-02-01", f"email:zwei{number}@second.example", **common))
    return rows


def judge(store: GraphStore, verdict: str, authority: str, count: int) -> None:
    """Judge the first pairs of records."""
    with store.writing(LOCAL, Cause("judgement")) as writer:
        for n in range(count):
            start, end = sorted(row["id"] for row in writer.get("record", "key", [f"crm/a{n}", f"crm/b{n}"]))
            row = {
                "start": start, "end": end, "authority": authority, "at": "2025-05-01",
                "verdict": verdict, "by": "me", "why": "",
            }  # fmt: skip
            writer.put("judged", pa.Table.from_pylist([row], schema=arrow_schema("judged")))


def trained(store: GraphStore) -> Model:
    """The model after training anew."""
    resolve(store, LOCAL, open_engine("local"), "always", clock=Ticking())
    with store.reading(LOCAL) as reader:
        return Model.from_document(reader.get("document", "id", ["model:person"])[0]["body"])


def test_without_judgements_the_shipped_calibration_stands(store: GraphStore) -> None:
    put(store, *people())
    model = trained(store)
    assert model.training["judged"] == 0
    assert model.calibration == SHIPPED[Kind.PERSON]


@pytest.mark.parametrize(("verdict", "direction"), [("same", 1), ("different", -1)])
def test_stewards_judgements_train_and_calibrate(store: GraphStore, verdict: str, direction: int) -> None:
    put(store, *people())
    before = trained(store)
    judge(store, verdict, "steward", 30)
    after = trained(store)
    assert after.training["judged"] == 30
    assert after.version != before.version
    # Thirty confirmed joins make such joins surer, thirty rejected ones less sure.
    assert (after.probability(12_000) - before.probability(12_000)) * direction > 0


def test_a_few_judgements_train_but_do_not_calibrate(store: GraphStore) -> None:
    put(store, *people())
    judge(store, "different", "steward", FEWEST - 1)
    model = trained(store)
    assert model.training["judged"] == FEWEST - 1
    assert model.calibration == SHIPPED[Kind.PERSON]


def test_logins_alone_train_but_do_not_calibrate(store: GraphStore) -> None:
    put(store, *people())
    judge(store, "same", "login", 30)
    model = trained(store)
    assert model.training["judged"] == 30
    assert model.calibration == SHIPPED[Kind.PERSON]


def test_what_a_source_declares_does_not_calibrate(store: GraphStore) -> None:
    put(store, *people())
    judge(store, "different", "source", 30)
    assert trained(store).calibration == SHIPPED[Kind.PERSON]


def confirm(store: GraphStore, record: str, login: str) -> None:
    """Whoever is behind a record proves a login."""
    with store.reading(LOCAL) as reader:
        (number,) = (row["id"] for row in reader.get("record", "key", [f"crm/{record}"]))
    confirm_identity(store, LOCAL, number, "login", login, at="2026-01-05T10:00:00+00:00", clock=Ticking())


def sureness(store: GraphStore, numbers: Iterable[int]) -> list[float]:
    """How sure it is that two records are one, per pair."""
    found = []
    with store.reading(LOCAL) as reader:
        for n in numbers:
            one, other = (row["id"] for row in reader.get("record", "key", [f"crm/a{n}", f"crm/b{n}"]))
            found.append(entities(reader, LOCAL, [one], 0.01)[one].sureness(one, other))
    return found


def test_refuted_joins_make_such_joins_less_sure(store: GraphStore) -> None:
    """Namesakes born on one day: of those who logged in, most turned out to be two persons."""
    put(store, *people())
    trained(store)
    promised = sureness(store, range(30, 40))
    assert min(promised) > 0.95
    for n in range(26):
        confirm(store, f"a{n}", f"one{n}")
        confirm(store, f"b{n}", f"two{n}" if n % 5 else f"one{n}")
    model = trained(store)
    assert (model.training["labels proved"], model.training["labels right"]) == (26, 6)
    found = sureness(store, range(30, 40))
    # Six of 26 were right: what was never judged is now worth about as much, and no audience takes it for one.
    assert max(found) < 0.8
    assert trained(store) == model
    assert resolve(store, LOCAL, open_engine("local"), "always", clock=Ticking()).written == {}


def test_stewards_and_proofs_count_a_join_once(store: GraphStore) -> None:
    put(store, *people())
    trained(store)
    for n in range(FEWEST):
        confirm(store, f"a{n}", f"one{n}")
        confirm(store, f"b{n}", f"two{n}")
    before = trained(store)
    judge(store, "different", "steward", FEWEST)
    after = trained(store)
    assert (before.training["labels"], before.training["labels proved"]) == (FEWEST, FEWEST)
    assert (after.training["labels"], after.training["labels proved"]) == (FEWEST, 0)


def test_training_anew_from_the_same_judgements_writes_nothing(store: GraphStore) -> None:
    put(store, *people())
    judge(store, "same", "steward", 25)
    assert trained(store) == trained(store)
    assert resolve(store, LOCAL, open_engine("local"), "always", clock=Ticking()).written == {}
