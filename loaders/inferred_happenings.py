"""Whether a file tells what happened, or what was agreed to, and the events or consents of its mapping."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from loaders.column_names import words_of
from loaders.column_values import Profile
from loaders.column_words import IDENTIFIER_WORDS
from loaders.happening_words import AGREED, ATTRIBUTES, KINDS, ROLES, STATUSES
from loaders.sql import says_consent
from spine.domain.vocabulary import EVENT_KINDS

_WHO = ("login", "email", "customer", "loyalty", "account", "phone", "cookie", "mobile_token", "device", "social", "ip")
"""What events are hung on, the best first: what names one person before what several share."""
_FOLLOWED = ("cookie", "device", "mobile_token")
"""What is nobody's until a row shows it beside an account: such rows are sightings, and records as well."""
_ACCOUNTS = ("login", "email", "customer", "loyalty")
_TELLING = {*KINDS, *AGREED, *(word for word, what in ROLES.items() if what in ("value", "currency", "purpose"))}
_TELLING -= {"page", "view", "campaign", "login", "total", "value", "price", "revenue", "sum", "purpose"}
_FOREIGN = (
    "They reach whoever carries that number:\nthe mapping of the source that gives it names it under `identifiers`."
)
_FEW = 50
"""A status, a channel, a kind has at most so many different values."""


class Owner(NamedTuple):
    """What names the records of a source: its column, and the prefix under which they carry it, None if they do not."""

    column: str
    prefix: str | None = None


@dataclass
class Happenings:
    """The events or consents of each row: plain data of a mapping, the columns they take, and what there is to say."""

    events: list[dict[str, Any]] = field(default_factory=list)
    consents: list[dict[str, Any]] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    sightings: bool = False
    notes: list[str] = field(default_factory=list)
    amounts: str = ""
    """The column of their amounts of money, where there is one."""

    by_customer: str = ""
    """The column of customer numbers that they hang on, where they hang on one."""

    def owned_by(self, owners: Mapping[str, Owner]) -> None:
        """Hang what hangs on customer numbers on those that a source's records carry, and say what is missing for it.

        `owners` are the sources whose records are numbered so. Where there are several, or none that is known, or its
        records do not carry their number as an identifier, the note says what to write.
        """
        if not owners:
            return
        (source, owner), *others = sorted(owners.items())
        if others:
            said = f"{self.by_customer} may be the number of the records of {' or '.join(sorted(owners))}. {_FOREIGN}"
        elif owner.prefix is not None:
            for rule in (*self.events, *self.consents):
                if rule["namespace"] == "customer" and owner.prefix:
                    rule["prefix"] = owner.prefix
            said = f"{self.by_customer} is the customer number that the records of {source} carry."
        else:
            said = (
                f"{self.by_customer} names the records of {source}. They are reached once the mapping of {source} has\n"
                f"`identifiers: [{{namespace: customer, column: {owner.column}}}]` too."
            )
        self.notes = [said, *(note for note in self.notes if _FOREIGN not in note)]

    def plain(self) -> dict[str, Any]:
        """The part of a mapping that it is."""
        parts = {"events": self.events, "consents": self.consents}
        head: dict[str, Any] = {} if self.sightings else {"records": False}
        return head | {name: rules for name, rules in parts.items() if rules}


def happenings(
    profiles: Mapping[str, Profile],
    identifiers: Sequence[tuple[str, str]],
    record_id: Sequence[str],
    name: str,
    when: Callable[[str], Any],
) -> Happenings | None:
    """What the rows of a file called `name` tell that happened; None where they don't.

    `identifiers` are (namespace, column), `record_id` what would name the rows if they were records; `when` says how
    the times of a column are read.
    """
    return _Reading(profiles, identifiers, record_id, name, when).found()


def seem_to_tell(columns: Iterable[str]) -> bool:
    """Whether columns are called as in a file of events or consents, though none could be made of them."""
    return any(not _words(name).isdisjoint(_TELLING) for name in columns)


class _Reading:
    def __init__(
        self,
        profiles: Mapping[str, Profile],
        identifiers: Sequence[tuple[str, str]],
        record_id: Sequence[str],
        name: str,
        when: Callable[[str], Any],
    ) -> None:
        self.profiles = profiles
        self.when = when
        self.record_id = [
            name for name in record_id if name not in {column for space, column in identifiers if space in _WHO}
        ]
        self.file = words_of(name)
        self.who = sorted(
            ((space, column) for space, column in identifiers if space in _WHO),
            key=lambda one: (-_filled(profiles[one[1]]), _WHO.index(one[0])),
        )
        self.role: dict[str, str] = {}
        carried = {column for _, column in identifiers}
        for column in profiles:
            if column not in carried and column not in record_id:
                for what in _roles(column):
                    if what not in self.role and self._fits(what, profiles[column]):
                        self.role[what] = column
                        break

    def found(self) -> Happenings | None:
        """Consents before events: both have a date and a status."""
        return (self._consents() or self._events()) if self.who else None

    def _fits(self, what: str, profile: Profile) -> bool:
        if not profile.values:
            return False
        if what == "at":
            return profile.share("date") >= 0.7 or all(
                len(value) in (10, 13) and value.isdigit() for value in profile.values[:200]
            )
        if what == "value":
            return (
                sum(any(map(str.isdigit, value)) for value in profile.values[:200]) >= 0.9 * len(profile.values[:200])
                and profile.share("date") < 0.5
            )
        if what in ("currency", "channel", "status"):
            return profile.distinct <= _FEW
        return True

    # ------------------------------------------------------------------------------------------------------- consents

    def _consents(self) -> Happenings | None:
        said = [
            name for name, profile in self.profiles.items()
            if profile.values and all(says_consent(value) for value in profile.words())
        ]  # fmt: skip
        agreed = [name for name in said if not AGREED.isdisjoint(_words(name)) or self.role.get("status") == name]
        purpose = self.role.get("purpose")
        about = any(not AGREED.isdisjoint(_words(name)) for name in (*self.profiles, " ".join(self.file)))
        if not agreed or not (purpose or about):
            return None
        space, column = self.who[0]
        rules, taken = [], {column}
        for status in agreed[:1] if purpose else agreed:
            named = {
                "value": "_".join(word for word in words_of(status) if word not in ("consent", "opt", "in", "optin"))
            }
            if not named["value"] or status == self.role.get("status"):
                named = {"value": "marketing"}
            rule: dict[str, Any] = {"namespace": space, "column": column, "purpose": purpose or named, "status": status}
            if self.role.get("at"):
                rule["at"] = self.when(self.role["at"])
            if self.role.get("proof"):
                rule["proof"] = {"privacy_notice": self.role["proof"]}
            rules.append(rule)
            taken |= {status, *(self.role[what] for what in ("purpose", "at", "proof") if what in self.role)}
        by_customer = column if space == "customer" else ""
        says = self._says(space, column, "consents")
        return Happenings(consents=rules, columns=taken, notes=says, by_customer=by_customer)

    # --------------------------------------------------------------------------------------------------------- events

    def _events(self) -> Happenings | None:
        kind, column_of_kind = self._kind()
        when = self.role.get("at")
        if kind is None or when is None:
            return None
        followed = [one for one in self.who if one[0] in _FOLLOWED]
        accounts = [one for one in self.who if one[0] in _ACCOUNTS]
        sightings = bool(followed and accounts)
        space, column = self.who[0]
        rule: dict[str, Any] = {"kind": kind}
        reference = self._reference()
        if reference:
            rule["reference"] = reference
        rule |= {"at": self.when(when), "namespace": space, "column": column}
        rule |= {what: self.role[what] for what in ("value", "currency", "channel") if what in self.role}
        if "status" in self.role:
            rule["status"] = self._status(self.role["status"])
        held = {what: self.role[what] for what in ATTRIBUTES if what in self.role}
        if held:
            rule["attributes"] = held
        taken = {
            column,
            when,
            *held.values(),
            *(one for one in (column_of_kind, reference) if one),
        }
        taken |= {self.role[what] for what in ("value", "currency", "channel", "status") if what in self.role}
        notes = self._says(space, column, "events")
        if "value" in self.role and "currency" not in self.role:
            notes.append("No column names a currency: write `currency: {value: EUR}`, or that of the amounts.")
        return Happenings(
            events=[rule],
            columns=taken,
            sightings=sightings,
            notes=notes,
            amounts=self.role.get("value", ""),
            by_customer=column if space == "customer" and not sightings else "",
        )

    def _kind(self) -> tuple[Any, str | None]:
        """The kind of the events, or the column that says it and what its values stand for; None where nothing does."""
        for name, profile in self.profiles.items():
            if (
                words_of(name)[-1:] in (["type"], ["kind"], ["event"], ["typ"], ["art"], ["action"])
                and profile.distinct <= _FEW
            ):
                values = {value: _kind_of(value) for value in sorted(set(profile.values))}
                if values and any(values.values()):
                    kinds = {
                        value: kind or "other" for value, kind in values.items() if (kind or "other") != value.lower()
                    }
                    return {"column": name, **({"values": kinds} if kinds else {})}, name
        named = [word for name in self.profiles for word in _words(name)]
        told = [KINDS[word] for word in (*_joined(self.file), *named) if word in KINDS and KINDS[word] != "touch"]
        if told:
            return told[0], None
        return ("order" if "value" in self.role and "status" in self.role else None), None

    def _reference(self) -> str | None:
        if self.record_id:
            return self.record_id[0] if len(self.record_id) == 1 else None
        named = [name for name in self.profiles if name not in self.role.values() and {*_words(name)} & KINDS.keys()]
        ended = [
            name
            for name in named
            if words_of(name)[-1:] and words_of(name)[-1].endswith(("id", "nr", "no", "number", "ref", "nummer"))
        ]
        return next(iter(ended or [name for name in named if self.profiles[name].unique]), None)

    def _status(self, column: str) -> Any:
        values = {value: STATUSES.get("".join(words_of(value))) for value in sorted(set(self.profiles[column].values))}
        known = {value: status for value, status in values.items() if status and status != value.lower()}
        return {"column": column, "values": known} if known else column

    def _says(self, space: str, column: str, what: str) -> list[str]:
        if space == "customer":
            return [f"The {what} hang on {column} as a customer number. {_FOREIGN}"]
        return [f"The {what} hang on {column}; docs/mapping.md says what else a mapping can tell."]


def _filled(profile: Profile) -> int:
    """How many tenths of the rows have a value."""
    return 10 * len(profile.values) // max(profile.rows, 1)


def _words(name: str) -> set[str]:
    return {*_joined(words_of(name))}


def _joined(words: Sequence[str]) -> list[str]:
    """The words, and those that stand side by side run together."""
    return [*("".join(words[start:end]) for end in range(len(words), 0, -1) for start in range(end))]


def _roles(name: str) -> list[str]:
    """What a column may be by its name: by the whole of it first, then by its last words, then its first."""
    words = words_of(name)
    ways = ["".join(words), *("".join(words[at:]) for at in range(1, len(words))), *words[:1]]
    return list(dict.fromkeys(ROLES[way] for way in ways if way in ROLES and way not in IDENTIFIER_WORDS))


def _kind_of(value: str) -> str | None:
    joined = _joined(words_of(value))
    return next((KINDS[word] for word in joined if word in KINDS), None) or (
        value.lower() if value.lower() in EVENT_KINDS else None
    )
