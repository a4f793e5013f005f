"""What stewards judged teaches the model: judged pairs are certain while training, and calibrate its joins."""

from typing import Any

import pyarrow as pa
import pytest
from batches import Ticking, person, put

from spine.access.context import LOCAL
from spine.bootstrap import open_engine
from spine.domain.vocabulary import Kind
from spine.matching.calibration import SHIPPED
from spine.matching.model import Model
from spine.pipeline.resolve import resolve
from spine.ports import Cause, GraphStore, arrow_schema

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


def test_logins_train_but_do_not_calibrate(store: GraphStore) -> None:
    put(store, *people())
    judge(store, "same", "login", 30)
    model = trained(store)
    assert model.training["judged"] == 30
    assert model.calibration == SHIPPED[Kind.PERSON]


def test_training_anew_from_the_same_judgements_writes_nothing(store: GraphStore) -> None:
    put(store, *people())
    judge(store, "same", "steward", 5)
    assert trained(store) == trained(store)
    assert resolve(store, LOCAL, open_engine("local"), "always", clock=Ticking()).written == {}
