"""Questions that say what they want to know of the graph, so that many are asked in one round trip.

A question is a generator: it yields plans, is sent the rows that they find, and returns its answer. Asked alone it is a
plain function of a reader; asked together with others, all plans of one moment are one plan, in which equal steps stand
once. Rows belong to everybody who asked for them: none may be changed.
"""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import update_wrapper
from typing import Any, Concatenate, Generic, ParamSpec, TypeAlias, TypeVar

from spine.access.context import Context
from spine.ports import Plan, Reader, Row, Step

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

Found: TypeAlias = Mapping[str, list[Row]]
"""What each step of a plan found."""
Asking: TypeAlias = Generator[Plan, Found, Answer]


class Question(Generic[Given, Answer]):
    """A question that can be asked of a reader alone, or together with others through `of`."""

    def __init__(self, asking: Callable[Given, Asking[Answer]]) -> None:
        self.of = asking
        update_wrapper(self, asking)

    def __call__(self, reader: Reader, context: Context, *given: Given.args, **named: Given.kwargs) -> Answer:
        """The answer out of one view of the graph."""
        return answered(reader, self.of(*given, **named))


def answered(reader: Reader, asking: Asking[Answer]) -> Answer:
    """The answer of a question, one round trip for each of its plans that asks for anything."""
    try:
        plan = next(asking)
        while True:
            plan = asking.send(reader.follow(plan) if plan else {})
    except StopIteration as end:
        found: Answer = end.value
        return found


def together(asked: Iterable[Asking[Any]]) -> Asking[list[Any]]:
    """The answers of several questions, asked side by side; an error where a question fails takes its answer's place.

    There are as many round trips as the question with most plans has.
    """
    running = list(asked)
    answers: list[Any] = [None] * len(running)
    waiting: dict[int, Plan] = {}

    def on(at: int, found: Found | None) -> None:
        try:
            waiting[at] = running[at].send(found)  # type: ignore[arg-type]  # None starts a generator
        except StopIteration as end:
            answers[at] = end.value
        except Exception as error:  # noqa: BLE001 - whoever asked this question gets it; the others go on
            answers[at] = error

    for at in range(len(running)):
        on(at, None)
    while waiting:
        turn, plans = list(waiting), list(waiting.values())
        waiting.clear()
        whole, names = _merged(plans)
        found = yield whole
        for at, own in zip(turn, names, strict=True):
            on(at, {name: found[step] for name, step in own.items()})
    return answers


def both(*asked: Asking[Any]) -> Asking[list[Any]]:
    """The answers of several parts of one question; the first error ends it."""
    answers = yield from together(asked)
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
    return answers


def _merged(plans: Sequence[Plan]) -> tuple[Plan, list[dict[str, str]]]:
    """One plan that holds the steps of all, equal ones once; and for each plan which step of it is which."""
    if len(plans) == 1:
        return plans[0], [{name: name for name in plans[0]}]
    known: dict[Step, str] = {}
    names: list[dict[str, str]] = []
    for plan in plans:
        own: dict[str, str] = {}
        for name, step in plan.items():
            moved = step
            if step.after:
                moved = replace(step, after=tuple((own[before], column) for before, column in step.after))
            own[name] = known.setdefault(moved, f"s{len(known)}")
        names.append(own)
    return {name: step for step, name in known.items()}, names


Read = Callable[Concatenate[Reader, Context, Given], Answer]
"""What a question looks like to whoever asks it alone."""
