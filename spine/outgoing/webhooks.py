"""Webhooks that the store keeps: where events are posted to, how far each has come, and what could not be delivered.

Each is a document of its own, with its cursor in it: a restart goes on where it stood. Writes about webhooks have the
cause `feed`, and change nothing else.
"""

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

import pyarrow as pa

from spine.access.context import Context
from spine.domain.changes import FEED
from spine.errors import NotFound, QueryError
from spine.explore.changes import newest
from spine.outgoing.addresses import Network, Resolve, looked_up, target_of
from spine.outgoing.feed import checked_kinds
from spine.outgoing.sealing import Keys
from spine.outgoing.signing import new_secret
from spine.ports import Cause, Clock, GraphStore, Reader, Writer, arrow_schema

KIND, LETTER = "webhook", "dead_letter"
CAUSE = Cause(FEED, batch="webhooks")
MOST = 100
OVERLAP = 86_400.0
"""Seconds that a secret signs on after another took its place."""
ACTIVE, DISABLED = "active", "disabled"


@dataclass(frozen=True, slots=True)
class Webhook:
    """An endpoint: what it wants, its secret, the number of the last event that it is done with, and how it fares.

    `secret` is sealed; `former` is the one before it, which signs beside it until `former_until`.
    `attempts` have been made for the event after the cursor; nothing is tried before `not_before` (seconds since
    1970); it has not been reached since `failing_since` (0: it has). A worker that delivers holds it until
    `held_until`.
    """

    id: str
    url: str
    kinds: tuple[str, ...]
    secret: str
    cursor: int
    created_at: str
    state: str = ACTIVE
    attempts: int = 0
    not_before: float = 0.0
    failing_since: float = 0.0
    error: str = ""
    held_by: str = ""
    held_until: float = 0.0
    former: str = ""
    former_until: float = 0.0

    def secrets(self, keys: Keys, now: float) -> list[str]:
        """What it is signed with now, in the clear; SettingsError where the keys do not open it."""
        valid = [self.secret] + ([self.former] if self.former and now < self.former_until else [])
        return [keys.open(one, self.id) for one in valid]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that an endpoint refused too often; `queued` where it is to be tried once more."""

    webhook: str
    number: int
    kind: str
    attempts: int
    error: str
    at: str
    queued: bool = False


def add_webhook(
    store: GraphStore,
    context: Context,
    url: str,
    kinds: Sequence[str] = (),
    after: int | None = None,
    *,
    clock: Clock,
    keys: Keys,
    allowed: Sequence[Network] = (),
    resolve: Resolve = looked_up,
) -> tuple[Webhook, str]:
    """Keep an endpoint with a new secret, which is told this once; it hears of events after a number, or from now on.

    QueryError where the URL leads nowhere, or into a network that is not allowed; SettingsError without a key.
    """
    wanted = checked_kinds(kinds)
    try:
        target_of(url, allowed, resolve)
    except OSError as error:
        raise QueryError(f"{url[:80]!r} has no address: {error}.", remedy="Check its name.") from error
    with store.writing(context, CAUSE) as writer:
        if len(webhooks(writer, context)) >= MOST:
            raise QueryError(f"There are {MOST} webhooks already.", remedy="Remove one: spine webhooks remove ID.")
        start = newest(writer, context) if after is None else after
        identity, secret = f"wh_{secrets.token_hex(8)}", new_secret()
        hook = Webhook(identity, url, wanted, keys.seal(secret, identity), start, clock.now())
        keep(writer, hook)
    return hook, secret


def rotate_webhook(
    store: GraphStore, context: Context, identity: str, *, keys: Keys, now: float, at_once: bool = False
) -> tuple[Webhook, str]:
    """Give an endpoint a new secret, told this once; the one before signs beside it for a day, unless `at_once`."""
    with store.writing(context, CAUSE) as writer:
        hook, secret = webhook(writer, identity), new_secret()
        former = "" if at_once else hook.secret
        hook = replace(hook, secret=keys.seal(secret, hook.id), former=former, former_until=now + OVERLAP)
        keep(writer, hook)
    return hook, secret


def seal_webhooks(store: GraphStore, context: Context, keys: Keys) -> int:
    """Seal what lies in the clear or under a former key under the first one; of how many endpoints that was so.

    What none of the keys opens is left: its endpoint says so when something is posted to it.
    """
    with store.reading(context) as reader:
        if not any(_sealed(hook, keys) != hook for hook in webhooks(reader, context)):
            return 0
    with store.writing(context, CAUSE) as writer:
        stale = [hook for hook in webhooks(writer, context) if _sealed(hook, keys) != hook]
        for hook in stale:
            keep(writer, _sealed(hook, keys))
    return len(stale)


def _sealed(hook: Webhook, keys: Keys) -> Webhook:
    secret, former = (one and keys.anew(one, hook.id) for one in (hook.secret, hook.former))
    return replace(hook, secret=secret, former=former)


def remove_webhook(store: GraphStore, context: Context, identity: str) -> None:
    """Forget an endpoint and its dead letters; NotFound where there is none."""
    with store.writing(context, CAUSE) as writer:
        hook = webhook(writer, identity)
        gone = [_id(hook.id), *(_letter_id(one.webhook, one.number) for one in letters(writer, hook.id))]
        writer.delete("document", pa.table({"id": gone}))


def replay_webhook(
    store: GraphStore, context: Context, identity: str, after: int | None = None, *, dead: bool = False
) -> Webhook:
    """Deliver again: all events after a number, or the dead letters; an endpoint that was disabled is active again.

    With neither, only that: it goes on where it stood.
    """
    with store.writing(context, CAUSE) as writer:
        hook = webhook(writer, identity)
        # Whoever delivers now has lost its hold, and what it found counts no more.
        hook = replace(
            hook, state=ACTIVE, attempts=0, not_before=0.0, failing_since=0.0, error="", held_by="", held_until=0.0,
            cursor=hook.cursor if after is None else after,
        )  # fmt: skip
        keep(writer, hook)
        if dead:
            keep_letters(writer, [replace(one, queued=True) for one in letters(writer, hook.id)])
    return hook


def webhooks(reader: Reader, context: Context) -> list[Webhook]:
    """All endpoints, oldest first."""
    found = [_webhook(row["body"]) for row in reader.get("document", "kind", [KIND])]
    return sorted(found, key=lambda one: (one.created_at, one.id))


def webhook(reader: Reader, identity: str) -> Webhook:
    """The endpoint of that id; NotFound where there is none."""
    rows = reader.get("document", "id", [_id(identity)])
    if not rows:
        raise NotFound(f"There is no webhook {identity[:40]!r}.", remedy="See `spine webhooks list`.")
    return _webhook(rows[0]["body"])


def letters(reader: Reader, identity: str | None = None) -> list[DeadLetter]:
    """What could not be delivered, to one endpoint or to any, oldest first."""
    found = [DeadLetter(**json.loads(row["body"])) for row in reader.get("document", "kind", [LETTER])]
    return sorted((one for one in found if identity in (None, one.webhook)), key=lambda one: (one.webhook, one.number))


def keep(writer: Writer, hook: Webhook) -> None:
    """Write an endpoint as it now is."""
    _put(writer, KIND, [(_id(hook.id), hook.created_at, json.dumps(asdict(hook)))])


def keep_letters(writer: Writer, found: Iterable[DeadLetter]) -> None:
    """Write dead letters as they now are."""
    _put(writer, LETTER, [(_letter_id(one.webhook, one.number), one.at, json.dumps(asdict(one))) for one in found])


def drop_letters(writer: Writer, found: Sequence[DeadLetter]) -> None:
    """Forget dead letters that were delivered after all."""
    if found:
        writer.delete("document", pa.table({"id": [_letter_id(one.webhook, one.number) for one in found]}))


def _put(writer: Writer, kind: str, rows: Sequence[tuple[str, str, str]]) -> None:
    if rows:
        made = [{"id": identity, "kind": kind, "at": at, "body": body} for identity, at, body in rows]
        writer.put("document", pa.Table.from_pylist(made, schema=arrow_schema("document")))


def _webhook(body: str) -> Webhook:
    said = json.loads(body)
    return Webhook(**{**said, "kinds": tuple(said["kinds"])})


def _id(identity: str) -> str:
    return f"{KIND}:{identity}"


def _letter_id(identity: str, number: int) -> str:
    return f"{LETTER}:{identity}:{number:020d}"
