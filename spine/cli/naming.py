"""What an argument names: an id, or a record by `source/record_id` or by an identifier that it carries."""

from spine.access.context import LOCAL
from spine.domain.ids import decode_id
from spine.errors import BadId, NotFound
from spine.explore.explain import is_name, records_named
from spine.explore.households import homes
from spine.explore.membership import Entity, holders, resolve
from spine.ports import Reader

NAMED = "An id, or source/record_id or namespace:value of a record."


def entities_named(reader: Reader, text: str, confidence: float) -> list[Entity]:
    """The person or organisation that an id or a name stands for; several where the record of an id was deleted.

    BadId for the id of something else, NotFound where there is none.
    """
    if is_name(text):
        (record,) = records_named(reader, LOCAL, [text])
        held = resolve(reader, LOCAL, [record], confidence)
        found = [held[record]] if record in held else []
    else:
        kind, number = decode_id(text)
        if kind not in ("person", "organisation"):
            raise BadId(f"{text[:80]} is a {kind}.", remedy="Name a person or an organisation.")
        found = holders(reader, LOCAL, kind, number, confidence)
    if not found:
        raise NotFound(f"{text[:80]} was deleted, and nothing it was joined with is left.", remedy="")
    return found


def number_named(reader: Reader, text: str, kind: str, confidence: float) -> int:
    """The number of the person or household that a text names: the household where a named person was seen last."""
    if not is_name(text):
        table, number = decode_id(text)
        if table != kind:
            raise BadId(f"{text[:80]!r} is the id of a {table}.", remedy=f"Name a {kind}.")
        return number
    entity = entities_named(reader, text, confidence)[0]
    if kind == "household":
        found = homes(reader, LOCAL, [entity])[entity.id]
        if not found:
            raise NotFound(f"{text[:80]} belongs to no household.", remedy="Name somebody who does.")
        return found[0].household
    if entity.kind != kind:
        raise BadId(f"{text[:80]!r} is of a {entity.kind}.", remedy=f"Name a {kind}.")
    return entity.id
