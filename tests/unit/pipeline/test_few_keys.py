"""The keys of a record by itself are those that it has among columns: blocking keys, identifiers, homes."""

from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spine.domain.vocabulary import FIELDS, Kind
from spine.matching.model import Breadth
from spine.normalise.few_rows import FewRows
from spine.pipeline.few_keys import FEW, are_few, homes_of_few, keys_of_few
from spine.pipeline.gather import Gathered, encode_kind
from spine.pipeline.gather_few import NOTHING_SAID, RECORD_SCHEMA
from spine.pipeline.home_numbers import home_numbers
from spine.pipeline.keying import stable_keys
from spine.resolution.resolved import CLAIMS, RELATIONS, text_schema

SECRET = b"a key"
TEXT = st.one_of(
    st.sampled_from(["", " ", "a", "anna", "berg", "anna maria", "1980-05-21", "1980", "12", "elm st", "ann@x.example",
                     "@x", "perry blvd", "prison", "inmate", "acme tools of lund", "x"]),
    st.text(max_size=6),
)  # fmt: skip
SAID = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, TEXT))
TOLD = st.fixed_dictionaries({}, optional={"household_role": TEXT, "dwelling_type": TEXT})
CLAIM = st.tuples(
    st.sampled_from(["email", "phone", "login", "device", "other", "x_club", "address", "domain", "ip"]),
    st.integers(1, 2**63 - 1),
)
RECORD = st.tuples(st.sampled_from(Kind), SAID, TOLD, st.lists(CLAIM, max_size=8))


def _gathered(records: list[Any]) -> Gathered:
    rows = [
        {"id": at + 1, "key": f"crm/{at}", "source": "crm", "record_id": f"{at}", "kind": kind.value}
        for at, (kind, *_) in enumerate(records)
    ]
    claims = [
        {"row": at, "namespace": namespace, "value": f"{number}", "identifier": number}
        for at, (*_, carried) in enumerate(records)
        for namespace, number in carried
    ]
    names = sorted({name for _, _, told, _ in records for name in told})
    return Gathered(
        FewRows(RECORD_SCHEMA, rows), FewRows(text_schema(FIELDS), [said for _, said, _, _ in records]),
        FewRows(text_schema(names), [told for _, _, told, _ in records]), FewRows(CLAIMS, claims),
        RELATIONS.empty_table(), NOTHING_SAID, (), np.arange(len(rows)),
    )  # fmt: skip


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(RECORD, max_size=5), st.sampled_from(Kind), st.sampled_from(Breadth))
def test_few_keys_are_the_keys_of_columns(records: list[Any], kind: Kind, breadth: Breadth) -> None:
    gathered = _gathered(records)
    rows = gathered.rows_of(kind)
    few = keys_of_few(gathered, rows, kind, breadth, SECRET)
    many = stable_keys(kind, breadth, encode_kind(gathered, rows), SECRET)
    assert few.scheme == many.scheme
    assert few.fixed.tolist() == many.fixed.tolist()
    assert [column.tolist() for column in few.shared] == [column.tolist() for column in many.shared]
    if kind is Kind.PERSON:
        found, expected = homes_of_few(gathered, rows, SECRET), home_numbers(gathered, rows, SECRET)
        assert sorted(zip(*map(list, found), strict=True)) == sorted(zip(*map(list, expected), strict=True))


def test_many_records_and_tables_are_keyed_as_columns() -> None:
    one: Any = (Kind.PERSON, {"given": "anna"}, {}, [])
    gathered = _gathered([one] * (FEW + 1))
    assert not are_few(gathered, np.arange(FEW + 1))
    assert are_few(gathered, np.arange(FEW))
    table = pa.table({name: pa.array(["anna"], pa.string()) for name in FIELDS})
    assert not are_few(Gathered(**{**vars(_gathered([one])), "fields": table}), np.arange(1))
