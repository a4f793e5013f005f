"""Who declares relations to a record, found through the key index: a subsidiary may come before its parent."""

from spine.pipeline.key_rows import read_holders
from spine.pipeline.surroundings import Declarers
from spine.pipeline.target_numbers import target_numbers
from spine.ports import Reader


def declarers_of(reader: Reader, secret: bytes) -> Declarers:
    """The look-up of declarers in a store that keeps an index; those of a target that very many name are left out."""

    def found(targets: list[tuple[str, str]]) -> set[int]:
        asked = target_numbers(targets, secret).tolist()
        return {number for one in read_holders(reader, asked).values() for number in one.records or ()}

    return found
