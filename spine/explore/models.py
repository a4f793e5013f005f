"""The model that a question is answered with: read from the store, parsed once per version."""

from collections.abc import Sequence
from functools import lru_cache

from spine.errors import ModelError
from spine.matching.model import Evidence, Model
from spine.ports import Reader


def models_of(reader: Reader, kinds: Sequence[str]) -> dict[str, Model]:
    """The models of these kinds that the store has, in one round trip."""
    rows = reader.get("document", "id", [f"model:{kind}" for kind in kinds]) if kinds else []
    return {model.kind: model for model in (_parsed(row["body"]) for row in rows)}


def evidence_of(model: Model, levels: str, version: str) -> list[Evidence]:
    """What a stored match says per comparison; empty where it was written by another version of the model."""
    return model.evidence(levels) if version == model.version else []


def no_model(kind: str) -> ModelError:
    """The error of a graph whose components can't be read for want of the model that they were made with."""
    return ModelError(f"There is no model for records of kind {kind}.", remedy="Run `spine resolve` first.")


@lru_cache(maxsize=8)
def _parsed(body: str) -> Model:
    return Model.from_document(body)
