"""The envelope of everything that goes out: CloudEvents 1.0 in JSON, declared once.

`source` and `id` together name an event for ever, so that whoever gets it twice can drop it. `id` is the number of the
change: larger means later. `sequence` is the same with leading zeros, which sorts as text; `partitionkey` is the
subject, in whose order events are kept.
"""

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from spine.domain.changes import KINDS
from spine.explore.changes import Change

TYPE = "identity-spine."
"""Every type is this and a kind of change."""
MEDIA = "application/cloudevents+json"
_DIGITS = 20


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class RecordName(_Model):
    """A record: its id, and how its source names it unless it was erased."""

    id: str
    source: str | None = None
    record_id: str | None = None


class RecordMove(_Model):
    """Records that belong to this entity from now on, or to nobody."""

    to: str | None
    records: list[RecordName]


class Reason(_Model):
    """Why: the cause of the transaction (record, resolve, judgement, erasure …), by whom, and the load's name."""

    cause: str = ""
    by: str = ""
    batch: str = ""


class Data(_Model):
    """What happened: which fields there are depends on the kind."""

    kind: str = Field(json_schema_extra={"enum": list(KINDS)})
    position: str = Field(description="The position in the change log: changes of one transaction share it.")
    reason: Reason
    moves: list[RecordMove] | None = None
    from_: str | list[str] | None = Field(None, alias="from")
    to: str | list[str] | None = None
    consents: list[str] | None = None
    records: list[RecordName] | int | None = None
    entities: list[str] | None = None
    authority: str | None = None
    batches: list[str] | None = None


class Event(_Model):
    """A change as a CloudEvent."""

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str
    type: str = Field(json_schema_extra={"enum": [TYPE + kind for kind in KINDS]})
    time: str
    datacontenttype: Literal["application/json"] = "application/json"
    subject: str | None = Field(None, description="The entity's id; absent where it is of all.")
    sequence: str
    partitionkey: str
    data: Data


def event_of(change: Change, source: str) -> dict[str, Any]:
    """The envelope of a change, as plain JSON values."""
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(change.number),
        "source": source,
        "type": TYPE + change.kind,
        "time": change.at,
        "datacontenttype": "application/json",
        "sequence": str(change.number).zfill(_DIGITS),
        "partitionkey": change.entity or source,
        "data": {"kind": change.kind, "position": str(change.position), **change.data},
    }
    if change.entity is not None:
        event["subject"] = change.entity
    return event


def source_of(digest: bytes) -> str:
    """The name of a store as an origin of events, from 16 bytes that are its own: a UUID of version 8 (RFC 9562)."""
    own = bytearray(digest or bytes(16))
    own[6], own[8] = own[6] & 0x0F | 0x80, own[8] & 0x3F | 0x80
    return UUID(bytes=bytes(own)).urn
