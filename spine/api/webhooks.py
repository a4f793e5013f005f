"""Webhooks as answers: where changes are posted to, how that fares, what could not be delivered."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

import strawberry

from spine.access.context import Context
from spine.api.asking import Info
from spine.api.fields import changing, resolved
from spine.api.following import start_of
from spine.api.relay import encode_cursor
from spine.outgoing import webhooks as kept
from spine.outgoing.addresses import networks
from spine.outgoing.sealing import Keys
from spine.ports import GraphStore, Reader, SystemClock


@strawberry.type(description="An event that an endpoint refused too often; it is tried again when asked for.")
class DeadLetter:
    event: strawberry.ID
    kind: str
    attempts: int
    error: str
    at: str
    queued: bool = strawberry.field(description="True where it is about to be tried again.")


@strawberry.type(description="Where changes are posted to.")
class Webhook:
    id: strawberry.ID
    url: str
    kinds: list[str] = strawberry.field(description="The kinds of change that are posted; empty: all.")
    state: str = strawberry.field(description="active, or disabled: gone, or away for days.")
    cursor: str = strawberry.field(description="The cursor after the last event that it is done with.")
    created_at: str
    attempts: int = strawberry.field(description="How often the event after the cursor was tried in vain.")
    not_before: str | None = strawberry.field(description="When it is tried next.")
    error: str | None = strawberry.field(description="What went wrong the last time.")
    dead_letters: list[DeadLetter]


@strawberry.input(description="An endpoint to post changes to; without `after` it hears of what comes.")
class WebhookInput:
    url: str
    kinds: list[str] | None = None
    after: str | None = None
    client_mutation_id: str | None = None


@strawberry.type(description="A webhook; `secret` is given when it is made or rotated, and never again.")
class WebhookPayload:
    webhook: Webhook | None
    secret: str | None
    client_mutation_id: str | None


@strawberry.type(description="Where changes are posted to.")
class WebhookQueries:
    @resolved("All webhooks, oldest first.")
    async def webhooks(self, info: Info) -> list[Webhook]:
        return await info.context.ask(_all)


@strawberry.type(description="Webhooks made, removed and replayed.")
class WebhookMutations:
    @changing("Post changes to a URL, signed by Standard Webhooks with the secret that this answers.")
    async def add_webhook(self, info: Info, input: WebhookInput) -> WebhookPayload:
        after = start_of(input.after) if input.after is not None else None
        allowed = networks(info.context.settings.webhooks_allow)

        keys = Keys(info.context.settings.webhooks_keys)

        def deed(store: GraphStore, context: Context) -> tuple[kept.Webhook, str]:
            return kept.add_webhook(
                store, context, input.url, input.kinds or (), after, clock=SystemClock(), keys=keys, allowed=allowed
            )

        hook, secret = await info.context.change(deed)
        return WebhookPayload(webhook=_shown(hook, ()), secret=secret, client_mutation_id=input.client_mutation_id)

    @changing("Give a webhook a new secret; the one before signs beside it for a day, unless it is to end at once.")
    async def rotate_webhook(
        self, info: Info, id: strawberry.ID, at_once: bool = False, client_mutation_id: str | None = None
    ) -> WebhookPayload:
        keys = Keys(info.context.settings.webhooks_keys)
        hook, secret = await info.context.change(
            lambda store, context: kept.rotate_webhook(store, context, id, keys=keys, now=time.time(), at_once=at_once)
        )
        return WebhookPayload(webhook=_shown(hook, ()), secret=secret, client_mutation_id=client_mutation_id)

    @changing("Post nothing there any more.")
    async def remove_webhook(
        self, info: Info, id: strawberry.ID, client_mutation_id: str | None = None
    ) -> WebhookPayload:
        await info.context.change(lambda store, context: kept.remove_webhook(store, context, id))
        return WebhookPayload(webhook=None, secret=None, client_mutation_id=client_mutation_id)

    @changing("Go on with a webhook that was disabled; post again what is after a cursor, or its dead letters.")
    async def replay_webhook(
        self,
        info: Info,
        id: strawberry.ID,
        after: str | None = None,
        dead_letters: bool = False,
        client_mutation_id: str | None = None,
    ) -> WebhookPayload:
        start = start_of(after) if after is not None else None
        hook = await info.context.change(
            lambda store, context: kept.replay_webhook(store, context, id, start, dead=dead_letters)
        )
        found = await info.context.ask(lambda reader, context: kept.letters(reader, hook.id))
        return WebhookPayload(webhook=_shown(hook, found), secret=None, client_mutation_id=client_mutation_id)


def _all(reader: Reader, context: Context) -> list[Webhook]:
    dead = kept.letters(reader)
    return [_shown(hook, [one for one in dead if one.webhook == hook.id]) for hook in kept.webhooks(reader, context)]


def _shown(hook: kept.Webhook, dead: Sequence[kept.DeadLetter]) -> Webhook:
    later = datetime.fromtimestamp(hook.not_before, UTC).isoformat(timespec="seconds") if hook.not_before else None
    return Webhook(
        id=strawberry.ID(hook.id),
        url=hook.url,
        kinds=list(hook.kinds),
        state=hook.state,
        cursor=encode_cursor("changes", hook.cursor),
        created_at=hook.created_at,
        attempts=hook.attempts,
        not_before=later,
        error=hook.error or None,
        dead_letters=[
            DeadLetter(
                event=strawberry.ID(str(one.number)),
                kind=one.kind,
                attempts=one.attempts,
                error=one.error,
                at=one.at,
                queued=one.queued,
            )
            for one in dead
        ],
    )
