"""GraphQL subscriptions over WebSocket, by the protocol graphql-transport-ws; queries and mutations go by POST.

Close codes are the protocol's: 4400 a message that is none, 4401 a subscription before the greeting, 4403 a page of
another site, 4406 another subprotocol, 4408 no greeting in time, 4409 an id in use, 4429 a second greeting.
"""

import asyncio
import contextlib
import json
from typing import Any

from graphql import GraphQLError
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from spine.api.errors import formatted, origin
from spine.api.network import same_origin
from spine.api.schema import schema
from spine.api.tail import Listener, Tail

PROTOCOL = "graphql-transport-ws"
GREETING = 10.0
"""Seconds within which a client says `connection_init`."""
MOST_BYTES = 200_000
MOST_SUBSCRIPTIONS = 20


class _Refused(Exception):
    """Ends a connection with a code of the protocol."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


async def subscriptions(socket: WebSocket) -> None:
    """Serve one connection until either side ends it."""
    if PROTOCOL not in socket.scope.get("subprotocols", ()):
        await socket.accept()
        await socket.close(4406, f"Subprotocol not acceptable: use {PROTOCOL}.")
        return
    await socket.accept(PROTOCOL)
    if not same_origin(socket.headers.get("origin"), socket.headers.get("host", "")):
        await socket.close(4403, "Forbidden: this page is of another site.")
        return
    connection = _Connection(socket)
    try:
        await connection.serve()
    except _Refused as refused:
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await socket.close(refused.code, refused.reason)
    except WebSocketDisconnect:
        pass
    finally:
        await connection.end()


class _Connection:
    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._tail: Tail = socket.app.state.tail
        self._running: dict[str, asyncio.Task[None]] = {}
        self._sending = asyncio.Lock()

    async def serve(self) -> None:
        try:
            async with asyncio.timeout(GREETING):
                greeting = await self._received()
        except TimeoutError as error:
            raise _Refused(4408, "Connection initialisation timeout") from error
        if greeting["type"] != "connection_init":
            raise _Refused(4401, "Unauthorized")
        await self._send({"type": "connection_ack"})
        while True:
            await self._answer(await self._received())

    async def end(self) -> None:
        """End what still runs."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _received(self) -> dict[str, Any]:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1000))
        text = message.get("text")
        if text is None or len(text) > MOST_BYTES:
            raise _Refused(4400, "Send texts of up to 200,000 characters.")
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise _Refused(4400, "This is not JSON.") from error
        if not isinstance(found, dict) or not isinstance(found.get("type"), str):
            raise _Refused(4400, "This is no message of the protocol.")
        return found

    async def _answer(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "ping":
                await self._send({"type": "pong"})
            case "pong":
                pass
            case "subscribe":
                self._begin(message)
            case "complete":
                task = self._running.pop(str(message.get("id")), None)
                if task is not None:
                    task.cancel()
            case "connection_init":
                raise _Refused(4429, "Too many initialisation requests")
            case _:
                raise _Refused(4400, "There is no such message.")

    def _begin(self, message: dict[str, Any]) -> None:
        name, asked = message.get("id"), message.get("payload")
        query = asked.get("query") if isinstance(asked, dict) else None
        if not isinstance(name, str) or not isinstance(asked, dict) or not isinstance(query, str):
            raise _Refused(4400, "A subscription has an id, and a payload with a query.")
        variables, operation = asked.get("variables") or {}, asked.get("operationName")
        if not isinstance(variables, dict) or not isinstance(operation, str | None):
            raise _Refused(4400, "variables is an object, operationName a text.")
        if name in self._running:
            raise _Refused(4409, f"Subscriber for {name[:60]} already exists")
        if len(self._running) >= MOST_SUBSCRIPTIONS:
            raise _Refused(4400, f"A connection has up to {MOST_SUBSCRIPTIONS} subscriptions.")
        self._running[name] = asyncio.create_task(self._run(name, query, variables, operation))

    async def _run(self, name: str, query: str, variables: dict[str, Any], operation: str | None) -> None:
        last: dict[str, Any] = {"id": name, "type": "complete"}
        try:
            stream = await schema.subscribe(
                query,
                variable_values=variables,
                context_value=Listener(self._tail, operation is not None),
                operation_name=operation,
            )
            async with contextlib.aclosing(stream):
                async for result in stream:
                    if result.errors and result.data is None:
                        last = {"id": name, "type": "error", "payload": [_told(one) for one in result.errors]}
                        break
                    await self._send({"id": name, "type": "next", "payload": {"data": result.data}})
        except WebSocketDisconnect:
            return
        if self._running.pop(name, None) is not None:
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await self._send(last)

    async def _send(self, message: dict[str, Any]) -> None:
        async with self._sending:
            await self._socket.send_text(json.dumps(message, ensure_ascii=False, separators=(",", ":")))


def _told(error: GraphQLError) -> dict[str, Any]:
    """An error as every answer has it; a document that is no subscription is the client's mistake."""
    if isinstance(origin(error), CannotGetOperationTypeError | InvalidOperationTypeError):
        error = GraphQLError("The document has no subscription: send queries and mutations by POST.")
    return formatted(error)
