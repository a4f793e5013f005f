"""The golden values of a few records are what the rules for many give."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spine.domain.vocabulary import FIELDS
from spine.resolution import golden_columns
from spine.resolution.golden_columns import ADDRESS, NAME, golden_names, golden_region, golden_texts
from spine.resolution.golden_rules import SHIPPED
from spine.resolution.resolved import CLAIMS, RECORDS, Resolved, text_schema

SOME = st.none() | st.sampled_from(["ann", "anna", "berg", "12", "elm st", "", "se-m"])
CAME = st.none() | st.sampled_from(["ANN", "Ann", "anna", "Berg", "12", "Elm St", "Skåne"])
ROW = st.fixed_dictionaries(
    {
        "source": st.sampled_from(["crm", "shop", "web"]),
        "observed_at": st.none() | st.sampled_from(["2020-01-01", "2021-01-01"]),
        "verified": st.none() | st.booleans(),
        "entity": st.integers(-1, 2),
        "fields": st.fixed_dictionaries(dict.fromkeys(("given", "surname", "street", "city", "region"), SOME)),
        "came": st.fixed_dictionaries(dict.fromkeys(("given_name", "surname", "full_name", "region"), CAME)),
    }
)


def _resolved(rows: list[dict[str, Any]]) -> Resolved:
    records = [{**row, "id": at + 1, "record_id": f"{at}", "kind": "person"} for at, row in enumerate(rows)]
    claims = [
        {"row": at, "namespace": "address", "value": "a", "identifier": 5, "verified": row["verified"]}
        for at, row in enumerate(rows)
    ]
    came = ("given_name", "surname", "full_name", "region")
    return Resolved(
        pa.Table.from_pylist(records, schema=RECORDS),
        pa.Table.from_pylist([row["fields"] for row in rows], schema=text_schema(FIELDS)),
        np.array([row["entity"] for row in rows]),
        np.full(len(rows), -1),
        pa.Table.from_pylist([row["came"] for row in rows], schema=text_schema(came)),
        pa.Table.from_pylist(claims, schema=CLAIMS),
    )


def _told(rows: list[dict[str, Any]]) -> list[Any]:
    resolved = _resolved(rows)
    arguments = (resolved, resolved.person, 3)
    return [
        {name: text.to_pylist() for name, text in golden_texts(*arguments, (*NAME, *ADDRESS), SHIPPED).items()},
        golden_names(*arguments, SHIPPED).to_pylist(),
        {name: text.to_pylist() for name, text in golden_region(*arguments, SHIPPED).items()},
    ]


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ROW, min_size=1, max_size=9))
def test_few_are_believed_as_many_are(rows: list[dict[str, Any]]) -> None:
    few = _told(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(golden_columns, "_FEW", -1)
        assert few == _told(rows)
