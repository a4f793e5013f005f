"""A mapping as one SELECT over text cells: records, their events and consents, and what is wrong with each row."""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from loaders import sql
from loaders.mapping import RECORD_NAMESPACE, ConsentRule, EventRule, IdentifierRule, Mapping, RelationRule
from loaders.picks import ChoicePick, TextPick, WhenPick
from spine.domain.judgements import PROOFS
from spine.domain.vocabulary import ORGANISATION_ATTRIBUTES, PERSON_ATTRIBUTES, RELATION_KINDS
from spine.normalise.moments import latest_moment
from spine.ports import CONSENT_COLUMNS, EVENT_COLUMNS, IDENTIFIER_STRUCT, RELATION_STRUCT, SystemClock


def _typed(fields: Iterable["pa.Field[Any]"]) -> str:
    """The SQL type of a list of structs with these fields."""
    kinds = {pa.bool_(): "BOOLEAN"}
    return "STRUCT(" + ", ".join(f'"{field.name}" {kinds.get(field.type, "VARCHAR")}' for field in fields) + ")[]"


_IDENTIFIER = _typed(IDENTIFIER_STRUCT)
_RELATION = _typed(RELATION_STRUCT)
_EVENT = _typed(EVENT_COLUMNS)
_CONSENT = _typed(CONSENT_COLUMNS)
_PROBLEM = 'STRUCT("column" VARCHAR, reason VARCHAR)[]'
_ORGANISATION_NAMES = ("organisation_name", "trading_name")
_PERSON_NAMES = ("full_name", "given_name", "surname", "maiden_name")
_ORGANISATION_SPACES = ("lei", "register", "tax_id", "domain")


def compile_mapping(mapping: Mapping, relation: str, wanted: list[str]) -> str:
    """SELECT with RECORD_COLUMNS, the mapping's attributes, `n`, `events`, `consents`, `problems`, `usable`."""
    return _Compiler(mapping, wanted).select(relation)


class _Compiler:
    def __init__(self, mapping: Mapping, wanted: list[str]) -> None:
        self.mapping = mapping
        self.numbers = {name: n for n, name in enumerate(wanted)}
        self.problems: list[tuple[str, str, str]] = []
        self.moments: dict[str, str] = {}
        self.latest = latest_moment(SystemClock().now())

    def select(self, relation: str) -> str:
        """The whole statement, in four steps: cells, the times in them, what they mean, what is wrong."""
        mapping = self.mapping
        attributes = {name: self.attribute(name, pick) for name, pick in mapping.attributes.items()}
        columns = ", ".join(f'{expression} AS "{name}"' for name, expression in attributes.items())
        events = [self.event(n, rule) for n, rule in enumerate(mapping.events)]
        consents = [self.consent(n, rule) for n, rule in enumerate(mapping.consents)]
        relations = [self.relation(rule) for rule in mapping.relations]
        observed, identifiers = self.seen(mapping.observed_at), self.identifiers(mapping.identifiers)
        moments = "".join(f", {expression} AS {name}" for expression, name in self.moments.items())
        doubtful = "".join(
            f", CASE WHEN {condition} THEN {{'column': {sql.text(column)}, 'reason': {reason}}} END"
            for condition, column, reason in self.problems
        )
        meant = (
            f"SELECT *, {columns}{', ' if columns else ''}{self.key()} AS record_id, "
            f"{observed} AS observed_at, {identifiers} AS identifiers, "
            f"{_list(relations, _RELATION)} AS relations, {_list(events, _EVENT)} AS events, "
            f"{_list(consents, _CONSENT)} AS consents FROM (SELECT *, {self.choice(mapping.source)} AS source, "
            f"{self.kind()} AS kind{moments} FROM ({relation}))"
        )
        names = "".join(f', "{name}"' for name in attributes)
        return (
            f"SELECT n, source, record_id, kind, observed_at, raw, identifiers, relations, events, consents"
            f"{names}, fatal IS NULL AS usable, "
            f"list_filter([fatal{doubtful}], lambda p: p IS NOT NULL)::{_PROBLEM} AS problems "
            f"FROM (SELECT *, {self.fatal()} AS fatal FROM ({meant}))"
        )

    # ------------------------------------------------------------------------------------------------ the small parts

    def cell(self, column: str) -> str:
        """The trimmed text of a column."""
        return f"v{self.numbers[column]}"

    def pick(self, pick: TextPick | None) -> str:
        """The text that a rule asks for."""
        if pick is None:
            return sql.text(None)
        if pick.value is not None:
            return sql.text(pick.value)
        if pick.columns:
            return f"nullif(concat_ws(' ', {', '.join(map(self.cell, pick.columns))}), '')"
        return sql.translated(self.cell(pick.column or ""), pick.values)

    def choice(self, pick: ChoicePick) -> str:
        """The word that a rule asks for."""
        if pick.value is not None:
            return sql.text(pick.value)
        return sql.translated(self.cell(pick.column or ""), pick.values)

    def when(self, pick: WhenPick | None) -> str:
        """The time that a rule asks for: a column, since several rules ask for the same, and to read one takes long."""
        if pick is None:
            return sql.text(None)
        return self.moments.setdefault(sql.moment(self.cell(pick.column), pick.format), f"m{len(self.moments)}")

    def flag(self, flag: bool | str | None) -> str:
        """The truth value that a rule asks for."""
        if isinstance(flag, str):
            return sql.truth(self.cell(flag))
        return "NULL::BOOLEAN" if flag is None else str(flag).lower()

    def key(self) -> str:
        """The record's id: null where a part of it is missing."""
        if not self.mapping.record_id:
            return "md5(raw)"
        return " || ':' || ".join(map(self.cell, self.mapping.record_id))

    def target(self, namespace: str, column: str, prefix: str) -> str:
        """The value of an identifier; a record without a named source is one of the row's own source."""
        cell = self.cell(column)
        if namespace == RECORD_NAMESPACE and not prefix:
            return f"CASE WHEN contains({cell}, '/') THEN {cell} ELSE source || '/' || {cell} END"
        return f"{sql.text(prefix)} || {cell}" if prefix else cell

    def kind(self) -> str:
        """person, organisation or null."""
        pick = self.mapping.kind
        if pick.column is not None:
            cell = self.cell(pick.column)
            cases = {key.strip().lower(): value for key, value in pick.values.items()}
            own = "".join(f"WHEN lower({cell}) = {sql.text(k)} THEN {sql.text(v)} " for k, v in cases.items())
            return f"CASE {own}WHEN {cell} IS NULL THEN {self.guess()} ELSE {sql.kind(cell)} END"
        return self.guess() if pick.value == "auto" else sql.text(pick.value)

    def attribute(self, name: str, pick: TextPick) -> str:
        """An attribute; a column that is the name of persons and of organisations counts by the record's kind."""
        kind = "person" if name in PERSON_ATTRIBUTES else "organisation"
        return f"CASE WHEN kind = '{kind}' THEN {self.pick(pick)} END" if name in self.shared() else self.pick(pick)

    def shared(self) -> set[str]:
        """The names of persons and organisations that are taken from the same column."""
        picks = self.mapping.attributes
        columns = [
            {picks[name].column for name in names if name in picks} for names in (_PERSON_NAMES, _ORGANISATION_NAMES)
        ]
        both = (columns[0] & columns[1]) - {None}
        return {name for name in (*_PERSON_NAMES, *_ORGANISATION_NAMES) if name in picks and picks[name].column in both}

    def guess(self) -> str:
        """The kind by which name is filled, else by what only persons or only organisations have; else person.

        A column that is the name of both is an organisation's where it has a word like `Ltd` or `School` in it.
        """
        shared = self.shared()
        there = {
            name: f"{self.pick(pick)} IS NOT NULL"
            for name, pick in self.mapping.attributes.items()
            if pick.value is None and name not in shared
        }
        spaces: dict[str, list[str]] = {"person": [], "organisation": []}
        for rule in self.mapping.identifiers:
            kind = "organisation" if rule.namespace in _ORGANISATION_SPACES else "person"
            spaces[kind].append(f"{self.cell(rule.column)} IS NOT NULL")
        named = [self.pick(self.mapping.attributes[name]) for name in sorted(shared)][:1]
        steps = (
            ("person", [there[name] for name in _PERSON_NAMES if name in there]),
            ("organisation", [there[name] for name in _ORGANISATION_NAMES if name in there]),
            ("person", [there[name] for name in PERSON_ATTRIBUTES if name in there]),
            ("organisation", [there[name] for name in ORGANISATION_ATTRIBUTES if name in there]),
            ("organisation", spaces["organisation"]),
            ("organisation", [f"regexp_matches(lower({c}), {sql.text(sql.ORGANISATION_NAME)})" for c in named]),
            ("person", [f"{cell} IS NOT NULL" for cell in named]),
            ("person", spaces["person"]),
        )
        cases = "".join(f"WHEN {_any(conditions)} THEN {sql.text(kind)} " for kind, conditions in steps if conditions)
        # What says neither, as an address alone, is kept as a person's: it joins nobody, and nothing is lost.
        return f"CASE {cases}ELSE 'person' END" if cases else sql.text("person")

    def fatal(self) -> str:
        """The reason why the row can't be used at all, as a problem, or null."""
        mapping = self.mapping
        cases = [("problem IS NOT NULL", "", "problem")]
        if mapping.source.column is not None:
            cases.append(("source IS NULL", mapping.source.column, sql.text("names no source")))
            proofs = sql.text("names the source that keeps proofs of identities")
            cases.append((f"source = {sql.text(PROOFS)}", mapping.source.column, proofs))
        if mapping.records:
            for column in mapping.record_id:
                cases.append((f"{self.cell(column)} IS NULL", column, sql.text("has no record id")))
            cases.append((f"NOT ({_any(self.carried())})", "", sql.text("carries nothing that the mapping names")))
            if mapping.kind.column is not None:
                said = f"'is of unknown kind ' || coalesce({sql.quoted(self.cell(mapping.kind.column))}, '(empty)')"
                cases.append(("kind IS NULL", mapping.kind.column, said))
        else:
            cases.append((f"NOT ({_any(self.happened())})", "", sql.text("carries no event and no consent")))
        lines = " ".join(f"WHEN {c} THEN {{'column': {sql.text(where)}, 'reason': {why}}}" for c, where, why in cases)
        return f"CASE {lines} END"

    def happened(self) -> list[str]:
        """Conditions under which a row has an event or a consent."""
        return ["len(events) > 0"] * bool(self.mapping.events) + ["len(consents) > 0"] * bool(self.mapping.consents)

    def carried(self) -> list[str]:
        """Conditions under which a row carries something."""
        filled = [f'"{name}" IS NOT NULL' for name, pick in self.mapping.attributes.items() if pick.value is None]
        lists = ["len(identifiers) > 0"] * bool(self.mapping.identifiers)
        return filled + lists + ["len(relations) > 0"] * bool(self.mapping.relations) + self.happened()

    # ------------------------------------------------------------------------------------------------- the four lists

    def identifiers(self, rules: Iterable[IdentifierRule]) -> str:
        """The list of identifiers."""
        single: list[str] = []
        lists: list[str] = []
        for rule in rules:
            parts = {
                "namespace": sql.text(rule.namespace),
                "value": self.target(rule.namespace, rule.column, rule.prefix),
                "verified": self.flag(rule.verified),
                "first_seen": self.seen(rule.first_seen),
                "last_seen": self.seen(rule.last_seen),
            }
            if rule.split is None:
                single.append(f"CASE WHEN {parts['value']} IS NOT NULL THEN {sql.struct(parts)} END")
                continue
            cells = f"string_split({self.cell(rule.column)}, {sql.text(rule.split)})"
            parts["value"] = f"{sql.text(rule.prefix)} || {sql.clean('part')}"
            one = f"CASE WHEN {sql.clean('part')} IS NOT NULL THEN {sql.struct(parts)} END"
            lists += [f"[{', '.join(single)}]"] * bool(single)
            lists.append(f"coalesce(list_transform({cells}, lambda part: {one}), [])")
            single = []
        if not lists:
            return _list(single, _IDENTIFIER)
        lists += [f"[{', '.join(single)}]"] * bool(single)
        return f"list_filter({' || '.join(lists)}, lambda i: i IS NOT NULL)::{_IDENTIFIER}"

    def relation(self, rule: RelationRule) -> str:
        """A relation, or null where the row has none."""
        value = self.target(rule.namespace, rule.column, rule.prefix)
        kind: str = sql.text(rule.kind.value)
        if rule.kind.column is not None:
            kind = f"lower({self.choice(rule.kind)})"
            known = f"{kind} IN ({sql.texts(RELATION_KINDS)})"
            said = f"'is of unknown kind of relation ' || {sql.quoted(kind)}"
            self.problems.append((f"{value} IS NOT NULL AND NOT {known}", rule.kind.column, said))
            kind = f"CASE WHEN {known} THEN {kind} END"
        parts = {
            "kind": kind,
            "namespace": sql.text(rule.namespace),
            "value": value,
            "share": self.pick(rule.share),
            "role": self.pick(rule.role),
            "valid_from": self.when(rule.valid_from),
            "valid_to": self.when(rule.valid_to),
        }
        return f"CASE WHEN {value} IS NOT NULL AND {kind} IS NOT NULL THEN {sql.struct(parts)} END"

    def readable(self, pick: WhenPick | None) -> str:
        """Whether a time is absent or can be read; notes the problem where it can't."""
        if pick is None:
            return "true"
        cell, read = self.cell(pick.column), self.when(pick)
        self.doubt(f"{cell} IS NOT NULL AND {read} IS NULL", pick.column, f"'is no time: ' || {sql.quoted(cell)}")
        return f"({cell} IS NULL OR {read} IS NOT NULL)"

    def seen(self, pick: WhenPick | None) -> str:
        """When something was seen; notes the problem, and is null, where that can't be read or is still to come.

        A version of 2099 would hold until then, whatever came after it.
        """
        if pick is None:
            return sql.text(None)
        self.readable(pick)
        cell, read = self.cell(pick.column), self.when(pick)
        ahead = f"{read} > {sql.text(self.latest)}"
        self.doubt(ahead, pick.column, f"'lies in the future: ' || {sql.quoted(cell)}")
        return f"CASE WHEN {ahead} THEN NULL ELSE {read} END"

    def doubt(self, condition: str, column: str, reason: str) -> None:
        """Note what is wrong with a row under a condition, once however many rules read the column."""
        if (condition, column, reason) not in self.problems:
            self.problems.append((condition, column, reason))

    def reference(self, number: int, what: str, pick: TextPick | None) -> str:
        """What names the event in its source; made of the row where it names none, so that a reload finds it again."""
        made = f"md5(raw || {sql.text(f'{what}{number}')})"
        return made if pick is None else f"coalesce({self.pick(pick)}, {made})"

    def event(self, number: int, rule: EventRule) -> str:
        """An event, or null where the row has none."""
        value = self.target(rule.namespace, rule.column, rule.prefix)
        kind = f"lower({self.choice(rule.kind)})"
        parts = {
            "source": "source",
            "reference": self.reference(number, "event", rule.reference),
            "kind": kind,
            "at": self.when(rule.at),
            "namespace": sql.text(rule.namespace),
            "value": value,
            "amount": sql.text(None) if rule.value is None else sql.amount(self.pick(rule.value), self.mapping.decimal),
            "currency": self.pick(rule.currency),
            "channel": self.pick(rule.channel),
            "status": self.pick(rule.status),
            "attributes": self.object(rule.attributes),
        }
        there = f"{value} IS NOT NULL AND {kind} IS NOT NULL AND {self.readable(rule.at)}"
        return f"CASE WHEN {there} THEN {sql.struct(parts)} END"

    def consent(self, number: int, rule: ConsentRule) -> str:
        """A consent, or null where the row has none."""
        value = self.target(rule.namespace, rule.column, rule.prefix)
        said = self.pick(rule.status)
        status, purpose = sql.consent(said), self.pick(rule.purpose)
        reason = f"'is neither given nor withdrawn: ' || {sql.quoted(said)}"
        unclear = f"{value} IS NOT NULL AND {said} IS NOT NULL AND {status} IS NULL"
        self.problems.append((unclear, rule.status.column or "", reason))
        parts = {
            "source": "source",
            "reference": self.reference(number, "consent", rule.reference),
            "namespace": sql.text(rule.namespace),
            "value": value,
            "purpose": purpose,
            "status": status,
            "at": self.when(rule.at),
            "proof": self.object(rule.proof),
        }
        needed = f"{value} IS NOT NULL AND {status} IS NOT NULL AND {purpose} IS NOT NULL"
        return f"CASE WHEN {needed} AND {self.readable(rule.at)} THEN {sql.struct(parts)} END"

    def object(self, picks: dict[str, TextPick]) -> str:
        """A JSON object of the picked texts; null where nothing is asked for."""
        if not picks:
            return sql.text(None)
        inside = ", ".join(f"{sql.text(name)}, {self.pick(pick)}" for name, pick in picks.items())
        return f"json_object({inside})::VARCHAR"


def _any(conditions: list[str]) -> str:
    return " OR ".join(conditions) or "true"


def _list(items: list[str], kind: str) -> str:
    """A list of those items that are not null."""
    if not items:
        return f"[]::{kind}"
    return f"list_filter([{', '.join(items)}], lambda i: i IS NOT NULL)::{kind}"
