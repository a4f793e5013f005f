"""Tables kept up to date entry by entry are those read anew: whatever moves, at every confidence and day.

After each change one frame is compared, each in turn, so that a frame also takes in several changes at once; all of
them are at the end, and in a run of many sequences after every change.
"""

import os
from collections.abc import Sequence
from itertools import cycle
from typing import Any

import hypothesis
import pytest
from batches import Ticking, batch, organisation, person, relation
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from spine.access.context import LOCAL
from spine.audiences import world as worlds
from spine.audiences.frames import WIDE
from spine.audiences.population import BASE, CUT
from spine.audiences.projection import Projections
from spine.bootstrap import open_engine, open_store
from spine.domain.judgements import Verdict
from spine.errors import ModelError, NotFound, QueryError
from spine.pipeline.ingest import delete_record, ingest
from spine.pipeline.resolve import resolve
from spine.ports import GraphStore, Row
from spine.settings import Settings
from spine.stewardship.judging import judge

FRAMES = [(0.6, "2026-06-30"), (0.95, "2026-06-30"), (0.95, "2025-02-01")]
NAMES = st.sampled_from(["r1", "r2", "r3", "r4", "r5", "r6"])
TIMES = st.sampled_from(["2024-01-01", "2024-06-01", "2025-01-01", "2025-06-01", None])
IDENTIFIERS = ["email:ann@example.com", "email:ben@alder.example", "phone:+46701234567", "loyalty:L1", "!login:u1"]
CARRIED = st.lists(st.sampled_from(IDENTIFIERS), max_size=3, unique=True)
SAID = st.fixed_dictionaries(
    {
        "given_name": st.sampled_from(["Ann", "Anna", "Ben"]),
        "surname": st.sampled_from(["Quist", "Oduya", None]),
        "birth_date": st.sampled_from(["1980-05-01", "1971-11-23", None]),
        "street_address": st.sampled_from(["12 Elm St", "9 Oak St", None]),
    }
)
OF = st.sampled_from(IDENTIFIERS).map(lambda text: text.lstrip("!").partition(":")).map(lambda part: (part[0], part[2]))
COMPANY = st.sampled_from(["Alder Ltd", "Birch Inc"])
PARENTS = st.lists(st.sampled_from([relation("subsidiary_of", "record", "crm/r1")]), max_size=1)


class KeptUp(RuleBasedStateMachine):
    """Records, events, consents and judgements come; after each, tables kept are compared with tables read."""

    def __init__(self, store: GraphStore) -> None:
        super().__init__()
        self.store, self.clock, self.kept = store, Ticking(), Projections()
        self.turns = cycle([FRAMES] if "SPINE_STATE_RUNS" in os.environ else [[frame] for frame in FRAMES])

    @rule(name=NAMES, at=TIMES, carried=CARRIED, said=SAID)
    def a_person_comes(self, name: str, at: str | None, carried: list[str], said: dict[str, Any]) -> None:
        """New, changed, or late."""
        self.take(batch([person(name, at, *carried, **said, city="Lund")]))

    @rule(name=NAMES, at=TIMES, company=COMPANY, carried=CARRIED, parents=PARENTS)
    def a_company_comes(self, name: str, at: str | None, company: str, carried: list[str], parents: list[Row]) -> None:
        """Perhaps owned by another, perhaps under the name of what was a person."""
        self.take(batch([{**organisation(name, company, observed_at=at), **_carried(carried), "relations": parents}]))

    @rule(of=OF, at=TIMES, kind=st.sampled_from(["order", "ticket"]), amount=st.sampled_from(["10", "25.5", None]),
          currency=st.sampled_from(["EUR", "USD"]), reference=st.sampled_from(["e1", "e2", "e3"]))  # fmt: skip
    def something_happens(self, of: tuple[str, str], **said: Any) -> None:
        """An event of an identifier."""
        more = {"source": "shop", "channel": "web", "status": "paid", "attributes": None}
        self.take(batch(events=[{**more, **said, "namespace": of[0], "value": of[1]}]))

    @rule(of=OF, at=TIMES, status=st.sampled_from(["given", "withdrawn"]), reference=st.sampled_from(["r1", "r2", "x"]),
          purpose=st.sampled_from(["mail", "call"]))  # fmt: skip
    def a_consent_is_said(self, of: tuple[str, str], **said: Any) -> None:
        """By a record or by nobody in particular."""
        self.take(batch(consents=[{"source": "crm", "proof": None, **said, "namespace": of[0], "value": of[1]}]))

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        """A record goes."""
        delete_record(self.store, LOCAL, "crm", name, self.clock)
        self.compare()

    @rule(a=NAMES, b=NAMES, verdict=st.sampled_from([Verdict.SAME, Verdict.DIFFERENT]))
    def judge(self, a: str, b: str, verdict: Verdict) -> None:
        """Two records are told to be one, or two."""
        with self.store.reading(LOCAL) as reader:
            found = {row["record_id"]: row["id"] for row in reader.get("record", "key", [f"crm/{a}", f"crm/{b}"])}
        try:
            judge(self.store, LOCAL, found[a], found[b], verdict, clock=self.clock)
        except (KeyError, NotFound, QueryError, ModelError):
            return
        self.compare()

    @rule()
    def resolve(self) -> None:
        """A resolve in between."""
        resolve(self.store, LOCAL, open_engine("local"), "never", clock=self.clock)
        self.compare()

    def take(self, came: Any) -> None:
        """A batch comes."""
        ingest(self.store, LOCAL, came, self.clock, key="batches")
        self.compare()

    def compare(self, frames: Sequence[tuple[float, str]] = ()) -> None:
        """All tables of these frames, or of those whose turn it is, row by row."""
        with self.store.reading(LOCAL) as reader:
            for confidence, day in frames or next(self.turns):
                # One of its own for each, since another confidence is made out of one that is there.
                fresh = Projections()
                with self.kept.frame(reader, confidence, day) as kept, fresh.frame(reader, confidence, day) as anew:
                    assert kept.columns.position == anew.columns.position
                    assert kept.currencies == anew.currencies
                    for name in (*BASE, "dated", "identifier", "household"):
                        assert rows(kept, name) == rows(anew, name), name
                    for name in ("entity", *CUT, *WIDE):
                        assert rows(kept, kept.table(name)) == rows(anew, anew.table(name)), name
                fresh.close()

    def teardown(self) -> None:
        """Compare every frame once more, and give everything back."""
        try:
            self.compare(FRAMES)
        finally:
            self.kept.close()
            self.store.close()


def _carried(identifiers: list[str]) -> Row:
    return {"identifiers": person("x", None, *identifiers)["identifiers"]}


def rows(frame: Any, table: str) -> list[str]:
    """The rows of a table, in any order."""
    return sorted(map(str, frame.rows(f'SELECT * FROM "{table}"')))


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often everything was read, and by how many tables."""
    times: list[int] = []
    plain = worlds.read_columns

    def counting(*args: Any) -> Any:
        times.append(1)
        return plain(*args)

    monkeypatch.setattr(worlds, "read_columns", counting)
    return times


def test_tables_kept_up_are_tables_read_anew(settings: Settings) -> None:
    runs, steps = (int(os.environ.get(f"SPINE_STATE_{name}", short)) for name, short in (("RUNS", 2), ("STEPS", 12)))
    profile = hypothesis.settings(
        max_examples=runs, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(lambda: KeptUp(open_store("memory:", settings)), settings=profile)


@pytest.mark.parametrize("url", ["memory:", "sqlite"])
def test_what_comes_one_by_one_is_put_in_without_reading_everything(
    settings: Settings, counted: list[int], tmp_path: Any, url: str
) -> None:
    machine = KeptUp(open_store(url if url == "memory:" else f"sqlite:{tmp_path}/graph.db", settings))
    said = {"given_name": "Ann", "surname": "Quist", "birth_date": "1980-05-01", "street_address": "12 Elm St"}
    machine.a_person_comes("r1", "2024-01-01", ["email:ann@example.com"], said)
    machine.something_happens(
        ("email", "ann@example.com"), at="2025-01-01", kind="order", amount="10", currency="EUR", reference="e1"
    )
    begun = len(counted)
    machine.a_person_comes("r2", "2024-01-01", ["email:ann@example.com", "loyalty:L1"], said)
    machine.something_happens(
        ("loyalty", "L1"), at="2025-01-02", kind="order", amount="10", currency="EUR", reference="e2"
    )
    machine.a_consent_is_said(
        ("email", "ann@example.com"), at="2025-01-01", status="given", reference="x", purpose="mail"
    )
    machine.delete("r1")
    machine.a_company_comes("r3", "2024-01-01", "Alder Ltd", ["phone:+46701234567"], [])
    # Each comparison reads everything once, to compare with.
    assert len(counted) - begun == 5
    machine.teardown()
    assert len(counted) - begun == 5 + len(FRAMES)
