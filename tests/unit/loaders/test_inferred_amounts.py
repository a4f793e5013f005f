"""Amounts with a point or a comma before three figures are read as the rest of the file, or its country, has them."""

from pathlib import Path

import pytest

from loaders.files import FileSource
from loaders.inference import infer
from loaders.mapping import Mapping

HEAD = "order_id,email,ordered_at,{value},status\n"


def orders(folder: Path, *amounts: str, value: str = "total", head: str = HEAD) -> Path:
    rows = [f'{n},a{n}@x.example,2026-01-{n + 1:02},"{amount}",paid\n' for n, amount in enumerate(amounts)]
    (folder / "orders.csv").write_text(head.format(value=value) + "".join(rows), encoding="utf-8")
    return folder / "orders.csv"


def read(file: Path, mapping: Mapping) -> list[str]:
    return [row["amount"] for batch in FileSource(file, mapping).batches() for row in batch.events.to_pylist()]


@pytest.mark.parametrize(
    ("amounts", "decimal", "expected"),
    [
        (("1.200", "89,90", "12"), ",", ["1200", "89.90", "12"]),
        (("1.200", "2.500.000", "€ 7"), ",", ["1200", "2500000", "7"]),
        (("1.200 €", "1.234,50 €"), ",", ["1200", "1234.50"]),
        (("1,200", "89.90"), ".", ["1200", "89.90"]),
        (("1.200", "89.90"), ".", ["1.200", "89.90"]),
        (("1'200.50", "7"), None, ["1200.50", "7"]),
        (("12", "15"), None, ["12", "15"]),
        (("10.5", "20.25"), None, ["10.5", "20.25"]),
        (("1.200", "-89,9", "1e3"), ",", ["1200", "-89.9", "1e3"]),
    ],
)
def test_the_values_of_the_column_tell(
    tmp_path: Path, amounts: tuple[str, ...], decimal: str | None, expected: list[str]
) -> None:
    file = orders(tmp_path, *amounts)
    mapping = infer(file)
    assert mapping.decimal == decimal
    assert read(file, mapping) == expected
    assert Mapping.parse(mapping.dump()).plain() == mapping.plain()


def test_another_column_of_the_file_tells(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(
        "order_id;email;ordered_at;total;discount\n1;a@x.example;2026-01-01;1.200;9,50\n2;b@x.example;2026-01-02;2.500;8,05\n"
    )
    mapping = infer(tmp_path / "orders.csv")
    assert mapping.decimal == ","
    assert read(tmp_path / "orders.csv", mapping) == ["1200", "2500"]


def test_the_language_of_the_file_tells_and_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "bestellungen.csv").write_text(
        "Bestellnr;E-Mail;Bestelldatum;Betrag\n1;a@x.example;01.05.2026;1.200\n2;b@x.example;02.05.2026;2.500\n"
    )
    mapping = infer(tmp_path / "bestellungen.csv")
    assert mapping.decimal == ","
    assert "1.200 in Betrag are read as in DE" in "\n".join(mapping.notes)
    assert read(tmp_path / "bestellungen.csv", mapping) == ["1200", "2500"]


@pytest.mark.parametrize("amounts", [("1.200", "2.500"), ("1.200", "9,50", "9.50")])
def test_what_nothing_tells_is_asked(tmp_path: Path, amounts: tuple[str, ...]) -> None:
    file = orders(tmp_path, *amounts)
    mapping = infer(file)
    assert mapping.decimal is None
    assert "1.200 in total may have thousands or decimals" in "\n".join(mapping.notes)
    assert "They are read as 1.2" in "\n".join(mapping.notes)
    told = Mapping.of({**mapping.plain(), "decimal": ","})
    assert read(file, told)[0] == "1200"
