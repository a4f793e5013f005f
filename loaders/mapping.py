"""Mappings: which column of a file is which attribute, identifier, relation, event or consent, as data.

A mapping is a YAML or JSON file; `mapping.schema.json` beside this module is its JSON Schema. Unknown keys, attributes,
namespaces and kinds are errors that name the place and what was probably meant. Which columns the file must have
follows from the mapping (`columns()`), and `require` says what is missing.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from phonenumbers import SUPPORTED_REGIONS
from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, ValidationError, field_validator

from loaders.picks import Choice, ChoicePick, Name, Text, TextPick, When, WhenPick
from spine.documents import Strict, explained, hint, meant
from spine.domain.judgements import PROOFS
from spine.domain.vocabulary import ATTRIBUTES, EVENT_KINDS, NAMESPACES, RELATION_KINDS
from spine.errors import FileError, MappingError

RECORD_NAMESPACE = "record"
KINDS = ("person", "organisation", "auto")


def _known_namespace(name: str) -> str:
    if name not in NAMESPACES and not (name.startswith("x_") and len(name) > 2):
        raise ValueError(f"unknown namespace {name!r}; {hint(name, NAMESPACES)} (one of your own starts with x_)")
    return name


def _known_target(name: str) -> str:
    return name if name == RECORD_NAMESPACE else _known_namespace(name)


def _one_of(word: str, known: Sequence[str], what: str) -> None:
    if word not in known:
        raise ValueError(f"unknown {what} {word!r}; {hint(word, known)}")


def _known_words(pick: ChoicePick, known: Sequence[str], what: str) -> ChoicePick:
    for word in (*([pick.value] if pick.value else ()), *pick.values.values()):
        _one_of(word, known, what)
    return pick


def _columns(data: Any) -> Any:
    return [data] if isinstance(data, str) else data


def _flag(data: Any) -> Any:
    if not isinstance(data, bool | str | None):
        raise ValueError(f"give true, false or a column, not {data!r}")
    return data


Flag = Annotated[bool | str | None, BeforeValidator(_flag, json_schema_input_type=bool | Name | None)]
Namespace = Annotated[Name, AfterValidator(_known_namespace)]
Target = Annotated[Name, AfterValidator(_known_target)]


class IdentifierRule(Strict):
    """An identifier that each row carries: its namespace and the column of its value."""

    namespace: Namespace
    column: Name
    verified: Flag = Field(default=None, description="true, false, or a column that says so")
    first_seen: When | None = None
    last_seen: When | None = None
    split: Annotated[str, Field(min_length=1)] | None = Field(default=None, description="between values of one cell")
    prefix: str = Field(default="", description="a constant put before the value")


class RelationRule(Strict):
    """A declared relation of each row to whatever carries an identifier, or to a record (`namespace: record`)."""

    kind: Choice
    namespace: Target
    column: Name
    prefix: str = Field(default="", description="a constant put before the value; for records `source/`")
    share: Text | None = None
    role: Text | None = None
    valid_from: When | None = None
    valid_to: When | None = None

    @field_validator("kind")
    @classmethod
    def _known_kind(cls, kind: ChoicePick) -> ChoicePick:
        return _known_words(kind, RELATION_KINDS, "kind of relation")


class EventRule(Strict):
    """An event of each row, hung on an identifier; `value` is its amount of money."""

    kind: Choice
    reference: Text | None = None
    at: When | None = None
    namespace: Target
    column: Name
    prefix: str = ""
    value: Text | None = None
    currency: Text | None = None
    channel: Text | None = None
    status: Text | None = None
    attributes: dict[Name, Text] = Field(default={})

    @field_validator("kind")
    @classmethod
    def _known_kind(cls, kind: ChoicePick) -> ChoicePick:
        return _known_words(kind, EVENT_KINDS, "kind of event")


class ConsentRule(Strict):
    """A consent of each row for a purpose, hung on an identifier; `proof` in ISO/IEC TS 27560 field names."""

    reference: Text | None = None
    namespace: Target
    column: Name
    prefix: str = ""
    purpose: Text
    status: Text
    at: When | None = None
    proof: dict[Name, Text] = Field(default={})


class Mapping(Strict):
    """How the rows of a file become records, identifiers, relations, events and consents."""

    name: Name = Field(default="mapping", description="its name in the store")
    source: Choice = Field(description="the source, or {column: name}")
    kind: Choice = Field(
        default=ChoicePick(value="auto"),
        description="person, organisation, auto (by which name is filled), or {column: name, values: {P: person}}, "
        "which is auto where the column is empty",
    )
    record_id: Annotated[
        tuple[Name, ...], BeforeValidator(_columns, json_schema_input_type=Name | list[Name]), Field(default=())
    ] = Field(default=(), description="columns joined by ':'; without any, a hash of the row")
    observed_at: When | None = None
    region: str = Field(
        default="", description="the country of local phone numbers, ISO 3166 alpha-2, for rows that name none"
    )
    decimal: Literal[",", "."] | None = Field(
        default=None, description="the sign that parts the decimals of amounts: `,` where 1.200 is twelve hundred"
    )
    attributes: dict[str, Text] = Field(default={})
    identifiers: tuple[IdentifierRule, ...] = ()
    relations: tuple[RelationRule, ...] = ()
    events: tuple[EventRule, ...] = ()
    consents: tuple[ConsentRule, ...] = ()
    records: bool = Field(default=True, description="false: the rows are only events and consents")

    _notes: tuple[str, ...] = PrivateAttr(default=())

    @field_validator("kind")
    @classmethod
    def _known_kind(cls, kind: ChoicePick) -> ChoicePick:
        if kind.values:
            return _known_words(kind, KINDS[:2], "kind")
        return _known_words(kind, KINDS, "kind")

    @field_validator("source")
    @classmethod
    def _own_source(cls, source: ChoicePick) -> ChoicePick:
        if PROOFS in (source.value, *source.values.values()):
            raise ValueError(f"the source {PROOFS!r} keeps proofs of identities: choose another name")
        return source

    @field_validator("region")
    @classmethod
    def _known_region(cls, region: str) -> str:
        if region and region.upper() not in SUPPORTED_REGIONS:
            raise ValueError(f"there is no country {region!r}; give two letters of ISO 3166, such as DE")
        return region.upper()

    @field_validator("attributes")
    @classmethod
    def _known_attributes(cls, attributes: dict[str, TextPick]) -> dict[str, TextPick]:
        for name in attributes:
            _one_of(name, sorted(ATTRIBUTES), "attribute")
        return attributes

    # ------------------------------------------------------------------------------------------- what it needs

    def columns(self) -> list[str]:
        """Every column that it names, each once, in the order of its mention."""
        found = dict.fromkeys(self.record_id)
        found.update(dict.fromkeys(_reads(self)))
        return list(found)

    def asks_for_rows(self) -> bool:
        """Whether it makes anything of a row's whole text: a record's id, or what an event or consent is known by."""
        return not self.record_id or bool(self.events or self.consents)

    def require(self, present: Iterable[str], file: str) -> None:
        """Nothing where the file has every column named; else MappingError with file, column and the columns there."""
        there = list(present)
        for column in self.columns():
            if column not in there:
                raise MappingError(
                    f"{file}: the mapping {self.name!r} names a column {column!r} that the file has not.",
                    remedy=f"{meant(column, there)}Its columns are: {', '.join(there)}.",
                )

    # ---------------------------------------------------------------------------------------- reading, writing

    @property
    def notes(self) -> tuple[str, ...]:
        """What its author left unmapped and why; written as comments, no part of the mapping itself."""
        return self._notes

    def noted(self, notes: Iterable[str]) -> "Mapping":
        """The same mapping with these notes."""
        copy = self.model_copy()
        copy._notes = tuple(notes)
        return copy

    @classmethod
    def read(cls, path: Path | str) -> "Mapping":
        """The mapping of a YAML or JSON file, named like the file unless it says otherwise; FileError, MappingError."""
        place = Path(path)
        try:
            text = place.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise FileError(f"{place}: can't be read as a mapping: {error}.", remedy="Give a YAML file.") from error
        return cls.parse(text, str(place), place.name.split(".")[0])

    @classmethod
    def parse(cls, text: str, place: str = "mapping", name: str = "mapping") -> "Mapping":
        """The mapping of a YAML or JSON text; `place` stands in the messages of MappingError."""
        try:
            data = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise MappingError(f"{place}: is not YAML: {error}", remedy="Mind colons and indentation.") from error
        return cls.of(data, place, name)

    @classmethod
    def of(cls, data: Any, place: str = "mapping", name: str = "mapping") -> "Mapping":
        """The mapping of plain data, as YAML or JSON gives it; MappingError names every place that is wrong."""
        if not isinstance(data, dict):
            raise MappingError(
                f"{place}: is not a mapping but {type(data).__name__}.", remedy="Begin with `source: …`."
            )
        try:
            return cls.model_validate({"name": name, **data})
        except ValidationError as error:
            raise MappingError(
                f"{place}: {explained(error)}.", remedy="See mapping.schema.json for the format."
            ) from error

    def plain(self) -> dict[str, Any]:
        """Plain data, shorthands used and defaults left out; `of` reads it back."""
        data: dict[str, Any] = self.model_dump(exclude_defaults=True)
        head = {"name": self.name, "source": data.pop("source"), "kind": self.model_dump()["kind"]}
        if len(self.record_id) == 1:
            data["record_id"] = self.record_id[0]
        return json.loads(json.dumps(head | data))  # type: ignore[no-any-return]

    def dump(self) -> str:
        """YAML, with the notes as comments at the end; `parse` reads it back."""
        text = yaml.safe_dump(self.plain(), sort_keys=False, allow_unicode=True, width=120)
        return text + "".join(f"# {line}\n" for note in self._notes for line in note.splitlines())

    def to_json(self) -> str:
        """JSON on one line, without the notes."""
        return json.dumps(self.plain(), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Mapping":
        """The mapping that `to_json` wrote; MappingError where it is none."""
        return cls.parse(text, "mapping")


def _reads(part: Any) -> Iterable[str]:
    """The columns that a part of a mapping, or a container of parts, needs."""
    if isinstance(part, TextPick | WhenPick | ChoicePick):
        yield from part.reads()
    elif isinstance(part, dict):
        for value in part.values():
            yield from _reads(value)
    elif isinstance(part, tuple):
        for value in part:
            yield from _reads(value)
    elif isinstance(part, Strict):
        if column := getattr(part, "column", None):
            yield column
        if isinstance(part, IdentifierRule) and isinstance(part.verified, str):
            yield part.verified
        for name in type(part).model_fields:
            yield from _reads(getattr(part, name))


def json_schema() -> str:
    """The JSON Schema of mapping files, as published in `mapping.schema.json`."""
    schema = Mapping.model_json_schema(mode="validation")
    places = schema["properties"]["attributes"]
    places["propertyNames"] = {"enum": sorted(ATTRIBUTES)}
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}, indent=2) + "\n"
