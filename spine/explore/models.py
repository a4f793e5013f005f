"""What a question says of the model that it is answered with: its evidence, or that there is none."""

from spine.errors import ModelError
from spine.matching.model import Evidence, Model


def evidence_of(model: Model, levels: str, version: str) -> list[Evidence]:
    """What a stored match says per comparison; empty where it was written by another version of the model."""
    return model.evidence(levels) if version == model.version else []


def no_model(kind: str) -> ModelError:
    """The error of a graph whose components can't be read for want of the model that they were made with."""
    return ModelError(f"There is no model for records of kind {kind}.", remedy="Run `spine resolve` first.")
