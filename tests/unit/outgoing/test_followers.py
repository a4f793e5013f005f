"""Whoever begins with the snapshot and applies the feed knows what the store knows, whatever happened."""

import os
from collections.abc import Callable
from typing import Any

import hypothesis
import pytest
from batches import Given, Ticking, batch, judged, organisation, person, relation
from follower import Follower, truth
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from spine.access.context import LOCAL
from spine.bootstrap import open_engine, open_store
from spine.domain.judgements import Verdict
from spine.pipeline import catching_up, resolved_changes
from spine.pipeline.ingest import delete_record, ingest
from spine.pipeline.load import load
from spine.pipeline.resolve import resolve
from spine.ports import GraphStore, Row
from spine.settings import Settings

NAMES = st.sampled_from(["r1", "r2", "r3", "r4", "r5", "r6", "r7"])
GIVEN = st.sampled_from(["Ann", "Anna", "Ben", None])
STREET = st.sampled_from(["12 Elm St", "9 Oak St", None])
IDENTIFIERS = st.lists(
    st.sampled_from(["email:ann@example.com", "email:ben@example.com", "phone:+46701234567", "loyalty:L1"]),
    max_size=2, unique=True,
)  # fmt: skip
LEI = "5493001KJTIIGC8Y1R12"


class Following(RuleBasedStateMachine):
    """Records loaded, posted, deleted, judged and resolved, and a follower that looks whenever it likes."""

    def __init__(self, store: GraphStore) -> None:
        super().__init__()
        self.store = store
        self.clock = Ticking()
        self.follower = Follower(store)

    @rule(names=st.lists(NAMES, min_size=1, max_size=4, unique=True), given=GIVEN, street=STREET,
          identifiers=IDENTIFIERS, loaded=st.booleans())  # fmt: skip
    def persons(self, names: list[str], given: str | None, street: str | None, identifiers: list[str],
                loaded: bool) -> None:  # fmt: skip
        """Records of one person, posted or loaded."""
        said = {"given_name": given, "surname": "Quist", "street_address": street, "city": "Lund"}
        self.take([person(name, "2024-03-01", *identifiers, **said) for name in names], loaded)

    @rule(name=NAMES, company=st.sampled_from(["Alder Ltd", "Birch Inc"]), known=st.booleans(), owned=st.booleans(),
          loaded=st.booleans())  # fmt: skip
    def company(self, name: str, company: str, known: bool, owned: bool, loaded: bool) -> None:
        """A record of a company, perhaps owned by another."""
        identifiers = person("", None, *([f"lei:{LEI}"] if known else []))["identifiers"]
        relations = [relation("subsidiary_of", "lei", LEI)] if owned and not known else []
        more: Row = {"identifiers": identifiers, "relations": relations, "observed_at": "2025-01-01"}
        self.take([organisation(name, company, **more)], loaded)

    @rule(mail=st.sampled_from(["ann@example.com", "ben@example.com"]), given=st.booleans(), loaded=st.booleans())
    def consent(self, mail: str, given: bool, loaded: bool) -> None:
        """A consent given or withdrawn."""
        at = self.clock.now()
        row = {"source": "shop", "reference": at, "namespace": "email", "value": mail, "purpose": "marketing",
               "status": "given" if given else "withdrawn", "at": at, "proof": "{}"}  # fmt: skip
        self.take([], loaded, [row])

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        """A record is deleted."""
        delete_record(self.store, LOCAL, "crm", name, self.clock)

    @rule(a=NAMES, b=NAMES, verdict=st.sampled_from([Verdict.SAME, Verdict.DIFFERENT, None]))
    def judge(self, a: str, b: str, verdict: Verdict | None) -> None:
        """A judgement, or one taken back."""
        judged(self.store, a, b, verdict, self.clock)

    @rule(full=st.booleans())
    def resolve(self, full: bool) -> None:
        """A resolve of what changed, or of everything."""
        resolve(self.store, LOCAL, open_engine("local"), "never", clock=self.clock, full=full)

    @rule(pages=st.integers(1, 3))
    def follow(self, pages: int) -> None:
        """The follower reads some pages and stops."""
        for _ in range(pages):
            self.follower.step()

    def take(self, rows: list[Row], loaded: bool, consents: Any = ()) -> None:
        """Rows come, at once or for the next resolve."""
        if loaded:
            load(self.store, LOCAL, Given(batch(rows, (), consents)), "rows", key="batches", clock=self.clock)
        else:
            ingest(self.store, LOCAL, batch(rows, (), consents), self.clock, key="batches")

    def teardown(self) -> None:
        """Followers who stopped, who begin now and who were there from the start know the same."""
        known = self.follower.catch_up()
        with self.store.reading(LOCAL) as reader:
            true = truth(reader)
        late, early = Follower(self.store, 3), Follower(self.store, 3)
        late.begin()
        early.cursor, early.state = 0, {name: {} for name in true}
        for state in (known, late.catch_up(), early.catch_up()):
            for name, expected in true.items():
                assert state[name] == expected, name
        numbers = [int(event["id"]) for event in early.seen]
        assert numbers == sorted(set(numbers))
        self.store.close()


PROFILES = {"memory": (8, 20), "sqlite": (2, 20), "neo4j": (1, 10)}
"""Runs and steps of the short profile."""


@pytest.mark.parametrize("bulk", [50_000, 2])
def test_followers_know_what_the_store_knows(
    request: pytest.FixtureRequest, fresh_url: Callable[[], str], settings: Settings, bulk: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(catching_up, "FEW", 2)
    monkeypatch.setattr(resolved_changes, "BULK", bulk)
    kind = request.node.callspec.params["fresh_url"]
    runs, steps = (int(os.environ.get(f"SPINE_STATE_{name}", short)) for name, short in
                   zip(("RUNS", "STEPS"), PROFILES[kind], strict=True))  # fmt: skip
    profile = hypothesis.settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
    )
    run_state_machine_as_test(lambda: Following(open_store(fresh_url(), settings)), settings=profile)
