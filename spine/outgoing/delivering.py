"""Events posted to webhooks: in order per endpoint, each until it was taken, and nothing forgotten by a restart.

An endpoint that can't be reached keeps its place and is tried again, ever more seldom, for days; then it is disabled,
and its cursor stays. One that answers but refuses an event is asked some times more; then the event becomes a dead
letter, and the next has its turn. At most one worker delivers to an endpoint at a time: it holds the endpoint in the
store while it does. After a crash a page may be delivered again, under the same webhook-id.
"""

import json
import logging
import random
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from spine import __version__
from spine.access.context import Context
from spine.errors import NotFound, QueryError, SettingsError, SpineError
from spine.explore.changes import newest, told
from spine.outgoing.addresses import Network, Resolve, looked_up, target_of
from spine.outgoing.envelope import MEDIA, event_of
from spine.outgoing.feed import PAGE, Event, events_after, feed_source
from spine.outgoing.posting import Answer, post
from spine.outgoing.sealing import Keys, is_sealed
from spine.outgoing.signing import signed
from spine.outgoing.webhooks import (
    ACTIVE,
    CAUSE,
    DISABLED,
    DeadLetter,
    Webhook,
    drop_letters,
    keep,
    keep_letters,
    letters,
    seal_webhooks,
    webhook,
    webhooks,
)
from spine.pipeline.attempts import attempted
from spine.ports import GraphStore, Reader

log = logging.getLogger("spine.webhooks")

GONE = 410
UNREACHED = (0, 408, 425, 429, 502, 503, 504)
"""Statuses that say nothing of the event: nobody was there to look at it."""
HOLD = 120.0
"""Seconds that a worker holds an endpoint; it is let go earlier."""
SLICE = 60.0
"""Seconds after which a worker writes down how far it came."""
POLL = 1.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait and how often to try, in seconds and attempts."""

    first: float = 5.0
    longest: float = 3600.0
    refusals: int = 10
    days_away: float = 5 * 86_400.0

    def delay(self, attempts: int, asked: float = 0.0) -> float:
        """Seconds until the next attempt: doubled each time, within bounds, shaken by half so that crowds disperse."""
        usual = min(self.longest, self.first * 2.0 ** min(attempts - 1, 30))
        return max(usual * random.uniform(0.5, 1.5), min(asked, self.longest))


@dataclass
class Sent:
    """What a round did: events taken by their endpoints, attempts that failed, events given up."""

    taken: int = 0
    failed: int = 0
    dead: int = 0

    def __iadd__(self, other: "Sent") -> "Sent":
        self.taken, self.failed, self.dead = (
            self.taken + other.taken, self.failed + other.failed, self.dead + other.dead
        )  # fmt: skip
        return self


@dataclass
class _Turn:
    """One endpoint's turn: how it stands, what it said of dead letters, what became one."""

    hook: Webhook
    sent: Sent = field(default_factory=Sent)
    buried: list[DeadLetter] = field(default_factory=list)
    delivered: list[DeadLetter] = field(default_factory=list)


class Deliveries:
    """A worker that posts what each webhook has not heard of yet."""

    def __init__(
        self,
        store: GraphStore,
        context: Context,
        allowed: Sequence[Network] = (),
        *,
        keys: Keys | None = None,
        patience: Patience | None = None,
        now: Callable[[], float] = time.time,
        resolve: Resolve = looked_up,
    ) -> None:
        self._store, self._context, self._allowed = store, context, tuple(allowed)
        self._patience = patience or Patience()
        self._now, self._resolve = now, resolve
        self._name = secrets.token_hex(8)
        self._keys = keys or Keys()
        self._sealed = False
        self._looked: dict[str, tuple[int, int]] = {}
        """Per webhook and its cursor up to where nothing is that it wants, so that nobody looks there again."""

    def run(self, stop: threading.Event) -> None:
        """Deliver until told to stop; a store that is busy or away is asked again."""
        while not stop.is_set():
            try:
                sent = self.round()
            except SpineError as error:
                log.warning("No webhooks were delivered: %s", error)
                sent = Sent()
            if not sent.taken:
                stop.wait(POLL)

    def round(self) -> Sent:
        """Give every endpoint that is due its turn; what that did. Secrets of before are sealed first, once."""
        if not self._sealed:
            self._seal()
        with self._store.reading(self._context) as reader:
            last = newest(reader, self._context)
            queued = {one.webhook for one in letters(reader) if one.queued}
            known = webhooks(reader, self._context)
        due = [one for one in known if self._due(one, last, one.id in queued)]
        total = Sent()
        if len(due) == 1:
            total += self._turn(due[0], last)
        elif due:
            with ThreadPoolExecutor(min(8, len(due)), thread_name_prefix="spine-webhook") as pool:
                for sent in pool.map(lambda one: self._turn(one, last), due):
                    total += sent
        return total

    def _seal(self) -> None:
        seal_webhooks(self._store, self._context, self._keys)
        with self._store.reading(self._context) as reader:
            clear = [one.id for one in webhooks(reader, self._context) if not is_sealed(one.secret)]
        if clear:
            log.warning("The secrets of %s lie in the store in the clear: set SPINE_WEBHOOKS_KEY.", ", ".join(clear))
        self._sealed = True

    def _due(self, hook: Webhook, last: int, queued: bool) -> bool:
        if hook.state != ACTIVE or hook.not_before > self._now() or self._held(hook):
            return False
        return queued or self._after(hook) < last

    def _after(self, hook: Webhook) -> int:
        cursor, looked = self._looked.get(hook.id, (hook.cursor, hook.cursor))
        return looked if cursor == hook.cursor else hook.cursor

    def _held(self, hook: Webhook) -> bool:
        return bool(hook.held_by) and hook.held_by != self._name and hook.held_until > self._now()

    def _turn(self, due: Webhook, last: int) -> Sent:
        with self._store.reading(self._context) as reader:
            events = events_after(reader, self._context, self._after(due), PAGE, due.kinds)
            waiting = [one for one in letters(reader, due.id) if one.queued]
            again = [(one, _event(reader, one.number)) for one in waiting]
        if not events and not again:
            self._looked[due.id] = (due.cursor, last)
            return Sent()
        held = self._hold(due)
        if held is None:
            return Sent()
        turn = _Turn(held)
        until = self._now() + SLICE
        for letter, event in again:
            self._once_more(turn, letter, event)
        for event in events:
            if self._now() > until or not self._deliver(turn, event):
                break
        self._let_go(turn)
        return turn.sent

    def _hold(self, due: Webhook) -> Webhook | None:
        """The endpoint, held; None where it is gone, held by another, or changed since it was looked at."""
        with self._store.writing(self._context, CAUSE) as writer:
            try:
                hook = webhook(writer, due.id)
            except NotFound:
                return None
            if self._held(hook) or (hook.cursor, hook.state, hook.not_before) != (
                due.cursor, due.state, due.not_before
            ):  # fmt: skip
                return None
            held = replace(hook, held_by=self._name, held_until=self._now() + HOLD)
            keep(writer, held)
        return held

    @attempted
    def _let_go(self, turn: _Turn) -> None:
        """Write down how far the endpoint came, unless somebody took it over."""
        with self._store.writing(self._context, CAUSE) as writer:
            try:
                stands = webhook(writer, turn.hook.id)
            except NotFound:
                return
            if stands.held_by != self._name:
                return
            # Its secret may have been changed meanwhile.
            secret = {name: getattr(stands, name) for name in ("secret", "former", "former_until")}
            keep(writer, replace(turn.hook, held_by="", held_until=0.0, **secret))
            keep_letters(writer, turn.buried)
            drop_letters(writer, turn.delivered)

    def _deliver(self, turn: _Turn, event: Event) -> bool:
        """Post one event; whether the next may have its turn."""
        hook = turn.hook
        answer = self._post(hook, event)
        if answer.accepted:
            turn.sent.taken += 1
            turn.hook = replace(
                hook, cursor=int(event["id"]), attempts=0, not_before=0.0, failing_since=0.0, error=""
            )  # fmt: skip
            return True
        turn.sent.failed += 1
        now, attempts = self._now(), hook.attempts + 1
        log.info("Webhook %s: event %s, attempt %d: %s", hook.id, event["id"], attempts, answer.error)
        away = answer.status in UNREACHED
        since = (hook.failing_since or now) if away else 0.0
        turn.hook = replace(
            hook, attempts=attempts, error=answer.error, failing_since=since,
            not_before=now + self._patience.delay(attempts, answer.wait),
        )  # fmt: skip
        if answer.status == GONE or (away and now - since > self._patience.days_away):
            turn.hook = replace(turn.hook, state=DISABLED)
        elif not away and attempts >= self._patience.refusals:
            turn.sent.dead += 1
            turn.buried.append(self._letter(turn.hook, event, attempts, answer))
            turn.hook = replace(turn.hook, cursor=int(event["id"]), attempts=0, not_before=0.0)
            return True
        return False

    def _once_more(self, turn: _Turn, letter: DeadLetter, event: Event | None) -> None:
        if event is None:
            turn.delivered.append(letter)
            return
        answer = self._post(turn.hook, event)
        if answer.accepted:
            turn.sent.taken += 1
            turn.delivered.append(letter)
        else:
            turn.sent.failed += 1
            turn.buried.append(self._letter(turn.hook, event, letter.attempts + 1, answer))

    def _letter(self, hook: Webhook, event: Event, attempts: int, answer: Answer) -> DeadLetter:
        at = datetime.fromtimestamp(self._now(), UTC).isoformat(timespec="seconds")
        return DeadLetter(hook.id, int(event["id"]), event["data"]["kind"], attempts, answer.error, at)

    def _post(self, hook: Webhook, event: Event) -> Answer:
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            headers = {
                "content-type": f"{MEDIA}; charset=utf-8",
                "user-agent": f"identity-spine/{__version__}",
                **signed(hook.secrets(self._keys, self._now()), webhook_id(event), int(self._now()), body),
            }
            return post(target_of(hook.url, self._allowed, self._resolve), headers, body)
        except (OSError, QueryError, SettingsError) as error:
            return Answer(0, str(error)[:200])


def webhook_id(event: Event) -> str:
    """The id of an event as a message: the same at every attempt, and on every copy of the store."""
    return f"{event['source'].removeprefix('urn:uuid:')}_{event['id']}"


def _event(reader: Reader, number: int) -> Event | None:
    rows = reader.get("change", "id", [number])
    found = told(reader, rows)
    return event_of(found[0], feed_source(reader)) if found else None
