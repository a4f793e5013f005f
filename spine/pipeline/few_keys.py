"""The keys of a few records one by one: what `keying` and `home_numbers` make of columns, out of Python's numbers.

One record holds some forty keys, each a few numbers mixed into one. As columns of one row that took four milliseconds,
nearly all of it the beginning of calls. A property test holds both ways to the same numbers.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from spine.domain.vocabulary import Kind
from spine.matching.blocking import PARTS as KEY_PARTS
from spine.matching.carried import COMPARED, CUSTOM
from spine.matching.encoded import SLOTS
from spine.matching.model import Breadth
from spine.matching.outcomes import OTHER, SHARED
from spine.normalise.few_rows import FewRows, listed
from spine.pipeline.gather import Gathered
from spine.pipeline.home_numbers import BY_SORT
from spine.pipeline.keying import SORTS, Keys, Scheme, followed, scheme, seed_of
from spine.pipeline.numbering import digest_of
from spine.resolution.address_forms import PARTS
from spine.resolution.components import Ints
from spine.resolution.home_keys import STREET_ENDS, street_ends
from spine.resolution.residencies import RESIDENT_COLUMNS

FEW = 16
"""Up to so many records are keyed one by one."""
_WHOLE, _POSITIVE = (1 << 64) - 1, (1 << 63) - 1
_GOLDEN, _ONE, _TWO = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_LOCATING = ("house_number", "street", "po_box", "city", "postcode")
Texts = Mapping[str, str | None]
Hash = Callable[[str], int]


def are_few(gathered: Gathered, rows: Ints) -> bool:
    """Whether these rows are keyed one by one: they are few, and lie as rows."""
    return len(rows) <= FEW and isinstance(gathered.fields, FewRows)


def keys_of_few(gathered: Gathered, rows: Ints, kind: Kind, breadth: Breadth, secret: bytes) -> Keys:
    """What `keying.stable_keys` makes of these rows of a kind that is compared so broadly."""
    plan, kept = scheme(kind), followed(kind, breadth).tolist()
    hashed = _hashing(secret)
    held = _identifiers(gathered, rows.tolist())
    fixed = [_fixed(plan, kept, texts, hashed) for texts in _texts(gathered, rows, sorted(_fields(plan)))]
    shared = sorted(
        {
            (place, _positive(_mixed(_seed(f"{kind}:{SHARED}{namespace}"), number)))
            for place, identifiers in enumerate(held)
            for namespace, numbers in identifiers.items()
            for number in numbers
        }
    )
    columns = np.array(shared, np.int64).reshape(-1, 2)
    return Keys(plan, np.array(fixed, np.int64).reshape(len(rows), plan.width), (columns[:, 0], columns[:, 1]))


def homes_of_few(gathered: Gathered, rows: Ints, secret: bytes) -> tuple[Ints, Ints]:
    """What `home_numbers` makes of these rows, which are of persons without homes that they had before."""
    hashed = _hashing(secret)
    telling = [
        (flags, listed(gathered.fields if name in gathered.fields.column_names else gathered.attributes, name))
        for name, flags in RESIDENT_COLUMNS.items()
        if name in gathered.fields.column_names or name in gathered.attributes.column_names
    ]
    found: list[tuple[int, int]] = []
    for place, (row, texts) in enumerate(zip(rows.tolist(), _texts(gathered, rows, (*PARTS, "surname")), strict=True)):
        resident = any(word in text.lower() for words, column in telling if (text := column[row]) for word in words)
        found += [(place, number) for number in _home_keys(texts, resident, hashed)]
    columns = np.array(found, np.int64).reshape(-1, 2)
    return columns[:, 0], columns[:, 1]


def _texts(gathered: Gathered, rows: Ints, fields: Sequence[str]) -> list[Texts]:
    """The texts of these fields, row by row."""
    columns = [listed(gathered.fields, name) for name in fields]
    return [dict(zip(fields, (column[row] for column in columns), strict=True)) for row in rows.tolist()]


def _identifiers(gathered: Gathered, rows: list[int]) -> list[dict[str, list[int]]]:
    """The identifiers that rows are compared by, by namespace, as in `carried` and `slots_of`."""
    place = {row: at for at, row in enumerate(rows)}
    held: list[dict[str, list[int]]] = [{} for _ in rows]
    columns = (listed(gathered.claims, name) for name in ("row", "namespace", "identifier"))
    for row, namespace, identifier in zip(*columns, strict=True):
        compared = OTHER if namespace[: len(CUSTOM)] == CUSTOM else namespace
        if row in place and (compared == OTHER or compared in COMPARED):
            held[place[row]].setdefault(compared, []).append(identifier)
    return [{name: sorted(numbers)[:SLOTS] for name, numbers in one.items()} for one in held]


# ------------------------------------------------------------------------------------------------------- blocking keys


@lru_cache(maxsize=4)
def _columns(plan_of: Kind, rules: tuple[tuple[str, ...], ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({column for columns in rules for column in columns} | set(second)))


def _fields(plan: Scheme) -> set[str]:
    """The fields that the key columns of a plan are made of."""
    found: set[str] = set()
    for name in _columns(plan.kind, plan.columns, plan.second):
        if name == "names":
            found |= {"given", "surname"}
        elif name == "dwelling":
            found |= {"street", "house_number", "po_box"}
        else:
            found.add(_field_of(name))
    return found


def _field_of(name: str) -> str:
    field = KEY_PARTS[name][0] if name in KEY_PARTS else name
    return "email" if field == "email_local" else field


def _fixed(plan: Scheme, kept: list[bool], texts: Texts, hashed: Hash) -> list[int]:
    """The keys of one record: by rule, then by second key; 0 where it has none or where none is followed."""
    known = {name: _column(name, texts, hashed) for name in _columns(plan.kind, plan.columns, plan.second)}
    out = []
    width = len(plan.columns)
    for seed, columns, follow in zip(plan.seeds.tolist(), plan.columns, kept[:width], strict=True):
        if not follow:
            out.append(0)
            continue
        number = seed
        for column in columns:
            if not known[column]:
                number = 0
                break
            number = _mixed(number, known[column])
        else:
            number = _positive(number)
        out.append(number)
    out += [
        _positive(_mixed(seed, known[name])) if known[name] and follow else 0
        for seed, name, follow in zip(plan.second_seeds.tolist(), plan.second, kept[width:], strict=True)
    ]
    return out


def _column(name: str, texts: Texts, hashed: Hash) -> int:
    """The hash of a record's value of a key column, 0 where it has none: `keying._column`."""
    if name == "names":
        given, surname = (_column(part, texts, hashed) for part in ("given", "surname"))
        return _mixed(min(given, surname), max(given, surname)) | 1 if given and surname else 0
    if name == "dwelling":
        street, number, box = (_column(part, texts, hashed) for part in ("street", "house_number", "po_box"))
        if street:
            return _mixed(street, number) | 1
        return _mixed(_GOLDEN, box) | 1 if box else 0
    text = texts[_field_of(name)]
    if text is None:
        return 0
    if name == "email_local":
        local = text.partition("@")[0]
        return hashed(local) if local else 0
    if name in KEY_PARTS:
        piece = KEY_PARTS[name][1](text)
        return hashed(piece) if piece else 0
    return hashed(text)


# ----------------------------------------------------------------------------------------------------------- home keys


def _home_keys(texts: Texts, resident: bool, hashed: Hash) -> list[int]:
    if not any(texts[part] for part in ("house_number", "street", "po_box")):
        return []
    street = texts["street"]
    told: dict[str, str | None] = dict(texts)
    told |= street_ends(street) if street else dict.fromkeys(STREET_ENDS)
    # An empty text of an address counts as none; what an address ends with may be empty.
    hashes = {
        part: hashed(text) if text or (part in STREET_ENDS and text is not None) else 0 for part, text in told.items()
    }
    out = []
    for sort, key in BY_SORT.items():
        if (key.resident and not resident) or not all(texts[part] for part in key.needs):
            continue
        number = _seed(f"home:{key.name}")
        for part in key.parts:
            number = _mixed(number, hashes[part])
        out.append((_positive(number) & ~SORTS) | sort)
    return out


# -------------------------------------------------------------------------------------------------------------- numbers


def _hashing(secret: bytes) -> Hash:
    """The hash of a text under the key of a store, never 0."""
    start = blake2b(digest_size=8, key=secret[:64])
    known: dict[str, int] = {}

    def hashed(text: str) -> int:
        if text not in known:
            known[text] = max(int.from_bytes(digest_of(start, text.encode()), "little") >> 1, 1)
        return known[text]

    return hashed


@lru_cache(maxsize=256)
def _seed(text: str) -> int:
    return seed_of(text)


def _mixed(number: int, more: int) -> int:
    """`keying.mixed` of two numbers."""
    found = number ^ ((more + _GOLDEN + (number << 6) + (number >> 2)) & _WHOLE)
    found = ((found ^ (found >> 30)) * _ONE) & _WHOLE
    found = ((found ^ (found >> 27)) * _TWO) & _WHOLE
    return found ^ (found >> 31)


def _positive(number: int) -> int:
    return max(number & _POSITIVE, 1)
