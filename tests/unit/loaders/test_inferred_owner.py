"""Orders keyed by the customer number of another source hang on its records, where a file beside or the store tells."""

from pathlib import Path

import pytest

from loaders.files import FileSource
from loaders.inference import infer

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


def test_a_file_beside_tells(tmp_path: Path) -> None:
    namespace, prefix, notes = rule(tmp_path, customers=CUSTOMERS)
    assert (namespace, prefix) == ("record", "customers/")
    assert "customer_no is the number of the records of customers" in notes
    assert "as a customer number" not in notes
    (batch,) = FileSource(tmp_path / "orders.csv", infer(tmp_path / "orders.csv")).batches()
    assert batch.events["value"].to_pylist() == ["customers/17", "customers/18", "customers/17"]


def test_a_mapping_beside_names_its_source(tmp_path: Path) -> None:
    (tmp_path / "customers.yaml").write_text(
        "source: crm\nkind: person\nrecord_id: customer_id\nattributes: {given_name: first_name}\n"
    )
    assert rule(tmp_path, customers=CUSTOMERS)[:2] == ("record", "crm/")


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


def test_who_knows_more_is_asked_first(tmp_path: Path) -> None:
    file = put(tmp_path, orders=ORDERS, customers=CUSTOMERS)
    (event,) = infer(file, numbered=lambda values: {"shop"} if set(values) == {"17", "18"} else ()).events
    assert (event.namespace, event.prefix) == ("record", "shop/")


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
