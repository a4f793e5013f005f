"""A follower in a few lines: it begins with the snapshot and then applies events in order, and nothing else."""

from typing import Any

from spine.access.context import LOCAL
from spine.domain.ids import encode_id
from spine.domain.vocabulary import Kind
from spine.explore.changes import snapshot
from spine.outgoing.envelope import Event
from spine.outgoing.feed import events_after
from spine.ports import GraphStore, Reader

State = dict[str, dict[str, Any]]


def truth(reader: Reader) -> State:
    """Whose every record is, and what a follower keeps of entities, read from the tables."""
    live = {row["id"]: row for row in reader.scan("record").to_pylist() if row["live"]}
    entity = {
        encode_id("record", row["start"]): encode_id(kind.value, row["end"])
        for kind in Kind
        for row in reader.scan(f"resolves_to_{kind.value}").to_pylist()
        if row["start"] in live
    }
    homes: dict[str, list[str]] = {}
    for row in reader.scan("member_of").to_pylist():
        if row["weight"] is not None:
            homes.setdefault(encode_id("person", row["start"]), []).append(encode_id("household", row["end"]))
    consents = {encode_id("person", row["id"]): row["consents"] for row in reader.scan("person").to_pylist()}
    parents = {
        encode_id("organisation", row["id"]): encode_id("organisation", row["ultimate"])
        for row in reader.scan("organisation").to_pylist()
        if row["ultimate"] not in (None, row["id"])
    }
    return {
        "entity": entity, "homes": {one: sorted(some) for one, some in homes.items()},
        "consents": {one: sorted(some) for one, some in consents.items() if some}, "parents": parents,
    }  # fmt: skip


class Follower:
    """What somebody knows who reads the feed from a store, page by page."""

    def __init__(self, store: GraphStore, page: int = 7) -> None:
        self._store = store
        self._page = page
        self.cursor: int | None = None
        self.seen: list[dict[str, Any]] = []
        self.state: State = {}

    def begin(self) -> None:
        """Read the snapshot anew."""
        self.state = {"entity": {}, "homes": {}, "consents": {}, "parents": {}}
        token: str | None = ""
        while token is not None:
            with self._store.reading(LOCAL) as reader:
                page = snapshot(reader, LOCAL, token, self._page)
            self.cursor, token = page.cursor, page.next
            for row in page.rows:
                self.state["entity"][row["record"]["id"]] = row["entity"]
                for name, field in (("homes", "households"), ("consents", "consents"), ("parents", "parent")):
                    self._set(name, row["entity"], row.get(field))

    def step(self) -> bool:
        """Apply one page of events; whether there may be more."""
        if self.cursor is None:
            self.begin()
        with self._store.reading(LOCAL) as reader:
            page = events_after(reader, LOCAL, self.cursor or 0, self._page)
        for event in page:
            Event.model_validate(event)
            self.seen.append(event)
            self.cursor = int(event["id"])
            if event["data"]["kind"] == "resolved":
                # What is left of the page is older than the snapshot.
                self.begin()
                return True
            self._apply(event)
        return bool(page)

    def catch_up(self) -> State:
        """Apply all there is; what is known then."""
        while self.step():
            pass
        return self.state

    def _apply(self, event: dict[str, Any]) -> None:
        data, subject = event["data"], event.get("subject", "")
        for move in data.get("moves", ()):
            for record in move["records"]:
                if move["to"] is None:
                    assert self.state["entity"].pop(record["id"], subject) == subject
                else:
                    self.state["entity"][record["id"]] = move["to"]
        if data["kind"] == "household_changed":
            self._set("homes", subject, data["to"])
        if data["kind"] == "consent_changed":
            self._set("consents", subject, data["consents"])
        if data["kind"] == "parent_changed":
            self._set("parents", subject, data["to"])
        for one in {subject} if data["kind"] in ("merged", "renamed", "deleted", "split") else ():
            if one not in self.state["entity"].values():
                for name in ("consents", "parents"):
                    self.state[name].pop(one, None)

    def _set(self, name: str, entity: str, value: Any) -> None:
        if not value or value == entity:
            self.state[name].pop(entity, None)
        else:
            self.state[name][entity] = sorted(value) if isinstance(value, list) else value
