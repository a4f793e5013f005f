"""The small values of a mapping: which cell a thing is taken from. Each has a shorthand that it is written back as.

A `Text` is a column (`first_name`), columns joined by a space (`[line1, line2]`) or a constant (`{value: web}`);
a `When` a column of times, with a format where it is not plain (`{column: since, format: "%d/%m/%Y"}`); a `Choice` a
constant (`crm`) or a column with a translation of its values (`{column: kind, values: {P: person}}`).
"""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_serializer, model_validator

from spine.documents import Strict

Name = Annotated[str, Field(min_length=1)]


def _texts(data: Any) -> Any:
    """YAML reads 1 as a number and yes as true: numbers are taken as texts, truth values have to be quoted."""
    if not isinstance(data, dict):
        return data
    if odd := [word for pair in data.items() for word in pair if isinstance(word, bool)]:
        raise ValueError(f"YAML reads a word of it as {str(odd[0]).lower()}; put quotes around it")
    return {str(key) if isinstance(key, int | float) else key: value for key, value in data.items()}


Translation = Annotated[dict[str, str], BeforeValidator(_texts, json_schema_input_type=dict[str, str])]


class TextPick(Strict):
    """A text: of a column, of several joined by a space (empty ones left out), or the same for every row."""

    column: Name | None = None
    columns: tuple[Name, ...] = ()
    value: str | None = None
    values: Translation = Field(default={}, description="what a value of the column stands for; others stay")

    @model_validator(mode="after")
    def _exactly_one(self) -> "TextPick":
        if (self.column is not None) + bool(self.columns) + (self.value is not None) != 1:
            raise ValueError("give one of: a column, a list of columns, {value: constant}")
        return self

    @model_serializer
    def _shorthand(self) -> Any:
        if self.value is not None:
            return {"value": self.value}
        if self.values:
            return {"column": self.column, "values": dict(self.values)}
        return self.column if self.column is not None else list(self.columns)

    def reads(self) -> Iterator[str]:
        """The columns that it needs."""
        if self.column is not None:
            yield self.column
        yield from self.columns


class WhenPick(Strict):
    """A time of a column; `format` as strptime knows it, where the column is not ISO 8601 or otherwise plain."""

    column: Name
    format: str | None = None

    @model_validator(mode="after")
    def _format_is_one(self) -> "WhenPick":
        if self.format is not None and "%" not in self.format:
            raise ValueError(f"format {self.format!r} has no % field; write it like %d/%m/%Y")
        return self

    @model_serializer
    def _shorthand(self) -> Any:
        return self.column if self.format is None else {"column": self.column, "format": self.format}

    def reads(self) -> Iterator[str]:
        """The columns that it needs."""
        yield self.column


class ChoicePick(Strict):
    """A word: the same for every row, or that of a column, translated by `values` where they have it."""

    value: Name | None = None
    column: Name | None = None
    values: Translation = Field(default={}, description="what a value of the column stands for")

    @model_validator(mode="after")
    def _exactly_one(self) -> "ChoicePick":
        if (self.value is None) == (self.column is None):
            raise ValueError("give a constant or {column: name}")
        return self

    @model_serializer
    def _shorthand(self) -> Any:
        if self.value is not None:
            return self.value
        return {"column": self.column, "values": dict(self.values)} if self.values else {"column": self.column}

    def reads(self) -> Iterator[str]:
        """The columns that it needs."""
        if self.column is not None:
            yield self.column


def _given(data: Any, what: str) -> Any:
    if not isinstance(data, dict | Strict):
        raise ValueError(f"give {what}, not {data!r}")
    return data


def _text(data: Any) -> Any:
    if isinstance(data, str):
        return {"column": data}
    if isinstance(data, list | tuple):
        return {"columns": data}
    return _given(data, "a column, a list of columns, or {value: constant}")


def _when(data: Any) -> Any:
    return {"column": data} if isinstance(data, str) else _given(data, "a column, or {column: name, format: %d/%m/%Y}")


def _choice(data: Any) -> Any:
    return {"value": data} if isinstance(data, str) else _given(data, "a constant, or {column: name}")


Text = Annotated[TextPick, BeforeValidator(_text, json_schema_input_type=Name | list[Name] | TextPick)]
When = Annotated[WhenPick, BeforeValidator(_when, json_schema_input_type=Name | WhenPick)]
Choice = Annotated[ChoicePick, BeforeValidator(_choice, json_schema_input_type=Name | ChoicePick)]
