"""What a store keeps for matching: its key, and one model per kind, each parsed once per version."""

import json
from collections.abc import Iterable, Sequence

from spine.domain.vocabulary import Kind
from spine.matching.model import Breadth, Model
from spine.ports import Reader, Row

MODELS = tuple(f"model:{kind}" for kind in Kind)
"""The documents that models are kept in."""

KEY_DOCUMENT = "meta:identifier-key"


def stored_key(reader: Reader) -> bytes:
    """The key of keyed hashes that the store keeps; empty where nothing has been loaded."""
    return key_in(reader.get("document", "id", [KEY_DOCUMENT]))


def key_in(rows: Sequence[Row]) -> bytes:
    """The key that document rows hold; empty where there is none."""
    key: str = json.loads(rows[0]["body"])["key"] if rows else ""
    return key.encode()


def stored_models(reader: Reader, kinds: Iterable[str]) -> dict[str, Model]:
    """The models of these kinds that the store has, by kind, in one round trip."""
    names = [f"model:{kind}" for kind in kinds]
    return models_in(reader.get("document", "id", names) if names else [])


def models_in(rows: Iterable[Row]) -> dict[str, Model]:
    """The models that document rows hold, by kind."""
    return {model.kind: model for model in (_parsed(row["body"]) for row in rows)}


def stored_model(reader: Reader, kind: Kind) -> Model | None:
    """The model that the store keeps for a kind."""
    return stored_models(reader, [kind.value]).get(kind.value)


def breadths_of(reader: Reader) -> dict[Kind, Breadth]:
    """How broadly the records of each kind are compared, as their models say."""
    models = stored_models(reader, Kind)
    return {kind: models[kind].breadth if kind in models else Breadth.WIDE for kind in Kind}


_PARSED: list[tuple[str, Model]] = []
"""Compared, not hashed: equal texts are told in a tenth of the time, and the same one at once."""


def _parsed(body: str) -> Model:
    for text, model in _PARSED:
        if text is body:
            return model
    model = next((model for text, model in _PARSED if text == body), None) or Model.from_document(body)
    _PARSED.insert(0, (body, model))
    del _PARSED[16:]
    return model
