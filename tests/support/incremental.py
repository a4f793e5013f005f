"""A machine of random changes: records that come one by one end where a resolve of everything ends.

Blocking keys are crowded by three records with `soon_crowded`, so that keys get crowded and empty again all the time.
"""

from contextlib import suppress
from typing import Any

import pyarrow as pa
from batches import Ticking, batch, judged, person, relation
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from spine.access.context import LOCAL
from spine.bootstrap import open_engine
from spine.domain.judgements import Verdict
from spine.domain.vocabulary import Kind
from spine.errors import ModelError, NotFound
from spine.matching.model import Breadth
from spine.matching.training import compared, untrained
from spine.memberships import memberships
from spine.pipeline.ingest import delete_record, ingest
from spine.pipeline.key_index import make_index
from spine.pipeline.numbering import stored_key
from spine.pipeline.resolve import resolve
from spine.pipeline.working_off import work_off
from spine.ports import Cause, GraphStore, Reader, Row, arrow_schema
from spine.stewardship.confirming import confirm_identity, withdraw_confirmation

SAME = ("component", "in_component", "match", "resolves_to_person", "resolves_to_organisation", "person",
        "organisation", "related_to", "employed_by", "subsidiary_of", "household", "resides_in",
        "member_of")  # fmt: skip
"""What must come out equal to the row."""

NAMES = st.sampled_from(["r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9"])
VISITS = st.sampled_from(["v1", "v2", "v3", "v4"])
TIMES = st.sampled_from(["2014-06-01", "2024-01-01", "2024-06-01", "2025-01-01", "2025-06-01", None])
GIVEN = st.sampled_from(["Ann", "Anna", "Ben", "Bernadette", "Cy", None])
SURNAME = st.sampled_from(["Quist", "Quest", "Oduya", "Lee", None])
BORN = st.sampled_from(["1980-05-01", "1980-05-02", "1980", "1971-11-23", "2006-05-01", None])
STREET = st.sampled_from(["12 Elm St", "13 Elm St", "12 Elm Street Apt 2", "12 Elmo St", "12", "Elm St", "PO Box 7",
                          "9 Oak St", None])  # fmt: skip
ROLE = st.sampled_from([None, None, None, "head", "child", "inmate"])
IDENTIFIERS = st.lists(
    st.sampled_from(["email:ann@example.com", "email:ben@alder.example", "email:cy@birch.example", "phone:+46701234567",
                     "phone:+493012345678", "loyalty:L1", "cookie:c1", "!login:u1", "!login:u2", "login:u3",
                     "account:a1"]),
    max_size=3, unique=True,
)  # fmt: skip
EMPLOYER = st.sampled_from(["Alder Limited", "alder", "Birch", None, None])
COMPANY = st.sampled_from(["Alder Ltd", "Alder Limited Company", "Birch Inc", "Birchwood Inc"])
COMPANY_IDENTIFIERS = st.lists(
    st.sampled_from(["lei:5493001KJTIIGC8Y1R12", "domain:alder.example", "domain:birch.example",
                     "phone:+493012345678", "tax_id:DE238845123", "tax_id:DE238845124", "register:GB 7654321"]),
    max_size=2, unique=True,
)  # fmt: skip
SPOKEN = st.sampled_from(["email:ann@example.com", "email:ben@alder.example", "phone:+493012345678", "cookie:c1"])
PURPOSE = st.sampled_from(["news", "calls"])
RELATIONS = st.lists(
    st.sampled_from([relation("subsidiary_of", "lei", "5493001KJTIIGC8Y1R12"),
                     relation("subsidiary_of", "record", "crm/r1"), relation("family", "loyalty", "L1"),
                     relation("subsidiary_of", "domain", "birch.example"),
                     relation("employed_by", "domain", "alder.example"), relation("employed_by", "record", "crm/r2"),
                     relation("employed_by", "phone", "+493012345678")]),
    max_size=1,
)  # fmt: skip


class Incremental(RuleBasedStateMachine):
    """Records added, changed, deleted, judged and resolved, on a store of one kind."""

    def __init__(self, store: GraphStore) -> None:
        super().__init__()
        self.store = store
        self.clock = Ticking()
        self.expected: dict[str, tuple[str, str, bool]] = {}
        self.versions: dict[str, list[Row]] = {}
        self.said = 0

    @initialize(trained=st.booleans(), breadth=st.sampled_from([None, Breadth.NARROW]))
    def begin(self, trained: bool, breadth: Breadth | None) -> None:
        """Some stores begin with a resolve, others with the first record; some compare little, as large ones do."""
        if breadth is not None:
            models = {f"model:{kind}": compared(untrained(kind), breadth).to_document() for kind in Kind}
            rows = [{"id": name, "kind": "model", "at": "2024-01-01", "body": body} for name, body in models.items()]
            with self.store.writing(LOCAL, Cause("models")) as writer:
                writer.put("document", pa.Table.from_pylist(rows, schema=arrow_schema("document")))
        if trained:
            resolve(self.store, LOCAL, open_engine("local"), "never", clock=self.clock)

    @rule(name=NAMES, at=TIMES, given=GIVEN, surname=SURNAME, born=BORN, street=STREET, role=ROLE,
          employer=EMPLOYER, identifiers=IDENTIFIERS, relations=RELATIONS)  # fmt: skip
    def add_person(self, name: str, at: str | None, identifiers: list[str], relations: list[Row], **said: Any) -> None:
        """A record of a person: new, a change, or an old version that comes late."""
        attributes = {"given_name": said["given"], "surname": said["surname"], "birth_date": said["born"],
                      "street_address": said["street"], "city": "Lund", "household_role": said["role"],
                      "employer_name": said["employer"]}  # fmt: skip
        own = [one for one in relations if one["kind"] != "subsidiary_of"]
        self.take(person(name, at, *identifiers, relations=own, **attributes))

    @rule(
        names=st.lists(NAMES, min_size=2, max_size=5, unique=True),
        given=GIVEN, surname=SURNAME, born=BORN, street=STREET, identifiers=IDENTIFIERS,
    )  # fmt: skip
    def add_some_alike(self, names: list[str], identifiers: list[str], **said: Any) -> None:
        """Several records of one person in one transaction."""
        attributes = {"given_name": said["given"], "surname": said["surname"], "birth_date": said["born"],
                      "street_address": said["street"], "city": "Lund"}  # fmt: skip
        rows = [person(name, "2024-03-01", *identifiers, **attributes) for name in names]
        for row in rows:
            self.versions.setdefault(row["record_id"], []).append(row)
        ingest(self.store, LOCAL, batch(rows), self.clock, key="batches")

    @rule(name=NAMES, at=TIMES, company=COMPANY, identifiers=COMPANY_IDENTIFIERS, relations=RELATIONS)
    def add_organisation(
        self, name: str, at: str | None, company: str, identifiers: list[str], relations: list[Row]
    ) -> None:
        """A record of an organisation, perhaps under the name of what was a person."""
        parents = [one for one in relations if one["kind"] == "subsidiary_of"]
        more = {"kind": "organisation", "organisation_name": company, "relations": parents}
        self.take(person(name, at, *identifiers, **more))

    @rule(names=st.lists(NAMES, min_size=2, max_size=5, unique=True), company=COMPANY, employer=EMPLOYER)
    def add_staff(self, names: list[str], company: str, employer: str | None) -> None:
        """An organisation and persons who may work there in one transaction."""
        rows = [person(names[0], "2024-02-01", "domain:alder.example", kind="organisation", organisation_name=company)]
        rows += [person(name, "2024-02-01", f"email:{name}@alder.example", given_name=name, employer_name=employer)
                 for name in names[1:]]  # fmt: skip
        for row in rows:
            self.versions.setdefault(row["record_id"], []).append(row)
        ingest(self.store, LOCAL, batch(rows), self.clock, key="batches")

    @rule(name=VISITS, at=TIMES, source=st.sampled_from(["web", "app"]), given=GIVEN, born=BORN,
          identifiers=IDENTIFIERS, relations=RELATIONS)  # fmt: skip
    def add_visit(self, name: str, at: str | None, source: str, given: str | None, born: str | None,
                  identifiers: list[str], relations: list[Row]) -> None:  # fmt: skip
        """A record that says nothing of where its person lives."""
        family = [one for one in relations if one["kind"] == "family"]
        self.take(person(name, at, *identifiers, relations=family, source=source, given_name=given, birth_date=born))

    @precondition(lambda self: self.versions)
    @rule(data=st.data())
    def add_again(self, data: st.DataObject) -> None:
        """A version that came before comes again: of a deleted record it brings it back."""
        name = data.draw(st.sampled_from(sorted(self.versions)))
        self.take(data.draw(st.sampled_from(self.versions[name])))

    @rule(identifier=SPOKEN, status=st.sampled_from(["given", "withdrawn"]), at=TIMES, purpose=PURPOSE,
          reference=st.none() | NAMES)  # fmt: skip
    def say(self, identifier: str, reference: str | None, **said: Any) -> None:
        """Consent is given or withdrawn at an identifier, with a record or without one."""
        namespace, _, value = identifier.partition(":")
        self.said += 1
        row = {"source": "crm", "reference": reference or f"form {self.said}", "namespace": namespace, "value": value,
               "proof": None, **said}  # fmt: skip
        ingest(self.store, LOCAL, batch((), (), [row]), self.clock, key="batches")

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        """A record is deleted, if it is there."""
        delete_record(self.store, LOCAL, "crm", name, self.clock)

    @rule(a=NAMES, b=NAMES, verdict=st.sampled_from([Verdict.SAME, Verdict.DIFFERENT, None]))
    def judge(self, a: str, b: str, verdict: Verdict | None) -> None:
        """A judgement, or one taken back, where both records are there."""
        judged(self.store, a, b, verdict, self.clock)

    @rule(name=NAMES, identifier=SPOKEN | st.sampled_from(["login:u1", "email:new@oak.example"]),
          method=st.sampled_from(["login", "code"]), back=st.booleans())  # fmt: skip
    def prove(self, name: str, identifier: str, method: str, back: bool) -> None:
        """Whoever is behind a record proves an identifier, or that is taken back; where the record is there."""
        space, _, value = identifier.partition(":")
        with self.store.reading(LOCAL) as reader:
            rows = reader.get("record", "key", [f"crm/{name}"])
        with suppress(NotFound, ModelError):
            for row in rows:
                if back:
                    withdraw_confirmation(self.store, LOCAL, row["id"], space, value, clock=self.clock)
                else:
                    confirm_identity(self.store, LOCAL, row["id"], space, value, method, clock=self.clock)

    @rule(full=st.booleans())
    def resolve(self, full: bool) -> None:
        """A resolve in between."""
        resolve(self.store, LOCAL, open_engine("local"), "never", clock=self.clock, full=full)

    def take(self, row: Row) -> None:
        """One record comes."""
        self.versions.setdefault(row["record_id"], []).append(row)
        report = ingest(self.store, LOCAL, batch([row]), self.clock, key="batches")
        (taken,) = report.taken
        assert taken.status != "pending"

    def teardown(self) -> None:
        """A resolve of everything, with the same numbers and models, finds nothing to change."""
        with self.store.reading(LOCAL) as reader:
            before = told(reader)
            given = reader.scan("record", ("id",))["id"].to_pylist()
            at = {c: memberships(reader, "person", c).to_pylist() for c in (0.5, 0.8, 0.99)} if given else {}
        for full in (False, True):
            resolve(self.store, LOCAL, open_engine("local"), "never", clock=self.clock, full=full)
            with self.store.reading(LOCAL) as reader:
                after = told(reader)
                for name in SAME:
                    assert before[name] == after[name], name
        with self.store.reading(LOCAL) as reader:
            assert at == ({c: memberships(reader, "person", c).to_pylist() for c in at})
        self.index_is_what_it_would_be_made_as()
        self.store.close()

    def index_is_what_it_would_be_made_as(self) -> None:
        """Who holds which key is what an index made anew says."""
        with self.store.reading(LOCAL) as reader:
            if not reader.get("document", "id", ["index:keys"]):
                return
            before = {name: reader.scan(name).to_pylist() for name in ("key", "keyed")}
        with self.store.writing(LOCAL, Cause("resolve")) as writer:
            make_index(writer, stored_key(writer))
            assert {name: writer.scan(name).to_pylist() for name in before} == before


class Waiting(Incremental):
    """The same where hardly anything can be done at once: records, regions and homes wait, and are worked off later."""

    def take(self, row: Row) -> None:
        """One record comes, and may wait."""
        self.versions.setdefault(row["record_id"], []).append(row)
        ingest(self.store, LOCAL, batch([row]), self.clock, key="batches")

    @rule()
    def work_off_some(self) -> None:
        """One step of what waits is worked off."""
        work_off(self.store, LOCAL, self.clock, steps=1)

    def teardown(self) -> None:
        """Once all is worked off, a resolve of everything finds nothing to change."""
        work_off(self.store, LOCAL, self.clock)
        super().teardown()


def told(reader: Reader) -> dict[str, list[Row]]:
    """The rows that must agree."""
    return {name: reader.scan(name).to_pylist() for name in SAME}
