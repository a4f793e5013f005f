"""What a store keeps for matching: its key, and one model per kind, each parsed once per version."""

import json
from collections.abc import Iterable
from functools import lru_cache

from spine.domain.vocabulary import Kind
from spine.matching.model import Model
from spine.ports import Reader

KEY_DOCUMENT = "meta:identifier-key"


def stored_key(reader: Reader) -> bytes:
    """The key of keyed hashes that the store keeps; empty where nothing has been loaded."""
    rows = reader.get("document", "id", [KEY_DOCUMENT])
    key: str = json.loads(rows[0]["body"])["key"] if rows else ""
    return key.encode()


def stored_models(reader: Reader, kinds: Iterable[str]) -> dict[str, Model]:
    """The models of these kinds that the store has, by kind, in one round trip."""
    names = [f"model:{kind}" for kind in kinds]
    rows = reader.get("document", "id", names) if names else []
    return {model.kind: model for model in (_parsed(row["body"]) for row in rows)}


def stored_model(reader: Reader, kind: Kind) -> Model | None:
    """The model that the store keeps for a kind."""
    return stored_models(reader, [kind.value]).get(kind.value)


@lru_cache(maxsize=8)
def _parsed(body: str) -> Model:
    return Model.from_document(body)
