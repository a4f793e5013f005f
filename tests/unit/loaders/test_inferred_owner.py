"""Of orders keyed by the customer number of another source a file beside, or the store, tells whose number it is."""

from pathlib import Path

import pytest

from loaders.files import FileSource
from loaders.inference import infer
from loaders.mapping import Mapping
from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.pipeline.load import load
from spine.settings import Settings

ORDERS = "order_id,customer_no,ordered_at,total\nO1,17,2026-01-01,5\nO2,18,2026-01-02,6\nO3,17,2026-01-03,7\n"
CUSTOMERS = (
    "customer_id,first_name,last_name,email\n"
    "17,Ann,Berg,a@x.example\n18,Ben,Berg,b@x.example\n19,Cid,Dahl,c@x.example\n"
)


def put(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder / "orders.csv"


def rule(folder: Path, **files: str) -> tuple[str, str, str]:
    """On what the orders hang, and the notes."""
    mapping = infer(put(folder, orders=ORDERS, **files))
    (event,) = mapping.events
    return event.namespace, event.prefix, "\n".join(mapping.notes)


def test_a_file_beside_tells_whose_number_it_is_and_what_its_mapping_lacks(tmp_path: Path) -> None:
    namespace, prefix, notes = rule(tmp_path, customers=CUSTOMERS)
    assert (namespace, prefix) == ("customer", "")
    assert "customer_no names the records of customers." in notes
    assert "identifiers: [{namespace: customer, column: customer_id}]" in notes


@pytest.mark.parametrize("given", ["", "crm-"])
def test_a_mapping_beside_that_carries_the_number_is_followed(tmp_path: Path, given: str) -> None:
    file = put(tmp_path, orders=ORDERS, customers=CUSTOMERS)
    (tmp_path / "customers.yaml").write_text(
        "source: crm\nkind: person\nrecord_id: customer_id\nattributes: {given_name: first_name, surname: last_name}\n"
        f"identifiers: [{{namespace: customer, column: customer_id, prefix: '{given}'}}]\n"
    )
    mapping = infer(file)
    assert "customer_no is the customer number that the records of crm carry" in "\n".join(mapping.notes)
    with open_store("memory:", Settings()) as store:
        for name, one in (("customers", Mapping.read(tmp_path / "customers.yaml")), ("orders", mapping)):
            load(store, LOCAL, FileSource(tmp_path / f"{name}.csv", one), name)
        with store.reading(LOCAL) as reader:
            carried = {row["end"] for row in reader.scan("carries", ["end"]).to_pylist()}
            hung = [row["end"] for row in reader.scan("event_of", ["end"]).to_pylist()]
    assert len(hung) == 3
    assert set(hung) <= carried


@pytest.mark.parametrize(
    "other",
    [
        CUSTOMERS.replace("17", "217").replace("18", "218"),
        "product_id,price\n17,5\n18,6\n",
        "id,system,first_name,last_name\n17,a,Ann,Berg\n18,b,Ben,Berg\n19,b,Cid,Dahl\n",
        "",
    ],
)
def test_what_numbers_others_tells_nothing(tmp_path: Path, other: str) -> None:
    namespace, prefix, notes = rule(tmp_path, others=other)
    assert (namespace, prefix) == ("customer", "")
    assert "as a customer number" in notes


def test_two_that_number_so_are_both_named(tmp_path: Path) -> None:
    namespace, _, notes = rule(tmp_path, crm=CUSTOMERS, erp=CUSTOMERS.replace("Ann", "Zoe"))
    assert namespace == "customer"
    assert "may be the number of the records of crm or erp" in notes


def test_who_knows_more_is_asked_where_no_file_tells(tmp_path: Path) -> None:
    file = put(tmp_path, orders=ORDERS)
    mapping = infer(file, numbered=lambda values: {"shop"} if set(values) == {"17", "18"} else ())
    assert "customer_no names the records of shop." in "\n".join(mapping.notes)


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("id,company,parent\n1,Birch Ltd,\n2,Birch Tools Ltd,1\n", ("record", "parent", "erp/")),
        ("id,company,Muttergesellschaft\n1,Birch AG,\n2,Birch Tools AG,1\n", ("record", "Muttergesellschaft", "erp/")),
        ("id,company,reg,parent\n1,Birch AG,HRB 101,\n2,Birch Tools AG,HRB 102,HRB 101\n", ("register", "parent", "")),
        ("id,company,parent\n1,Birch AG,\n2,Birch Tools AG,Birch AG\n", None),
        ("id,first,last,parent\n1,Ann,Berg,\n2,Ben,Berg,1\n", None),
    ],
)
def test_a_bare_parent_is_whatever_its_values_answer_to(
    tmp_path: Path, text: str, relation: tuple[str, str, str] | None
) -> None:
    (tmp_path / "erp.csv").write_text(text, encoding="utf-8")
    found = [(one.namespace, one.column, one.prefix) for one in infer(tmp_path / "erp.csv").relations]
    assert found == ([relation] if relation else [])


@pytest.mark.parametrize(
    ("column", "values", "namespace"),
    [
        ("device", ("3f2a9c1d-77aa", "9c1d3f2a-77ab"), "device"),
        ("device", ("iPhone 12", "Pixel 7"), None),
        ("account", ("DE-100234", "DE-100235"), "account"),
        ("account", ("Acme Corp", "Birch Ltd"), None),
        ("Konto", ("100234", "100235"), "account"),
        ("reg", ("17", "18"), None),
    ],
)
def test_bare_words_are_identifiers_by_their_values(
    tmp_path: Path, column: str, values: tuple[str, str], namespace: str | None
) -> None:
    rows = "".join(f"{n},Ann,Berg{n},{value}\n" for n, value in enumerate(values))
    (tmp_path / "crm.csv").write_text(f"id,first,last,{column}\n{rows}", encoding="utf-8")
    mapping = infer(tmp_path / "crm.csv")
    assert [one.namespace for one in mapping.identifiers] == ([namespace] if namespace else [])
    assert bool(namespace) != (column in "\n".join(mapping.notes))
