"""Identifiers compared: e-mail, telephone, national id, and any namespace's as shared or not."""

import numpy as np

from spine.matching.addresses import at_one_address
from spine.matching.encoded import Bools
from spine.matching.names import namesakes
from spine.matching.outcomes import FAR, KIN, NAMESAKES, NEAR, OUTCOMES, SHARED, Levels
from spine.matching.pairs import PairView

EMAIL, PHONE, NATIONAL_ID = OUTCOMES["email"], OUTCOMES["phone"], OUTCOMES["national_id"]


def email(view: PairView) -> Levels:
    """E-mail: differs, close, same name at another provider, same; again among relatives, who share addresses."""
    steps = [
        ("close", (view.edits("email", 3) <= 3) | (view.jaro_winkler("email", 0.93) >= 0.93)),
        ("same name at another provider", view.same("email_local") & (view.shorter("email_local") > 3)),
        ("same", view.same("email") | _any_shared(view, "email")),
    ]
    return EMAIL.moved(EMAIL.ranked(view.both("email"), steps), at_one_address(view) | namesakes(view), KIN)


def phone(view: PairView) -> Levels:
    """Telephone: differs, one slip, same; same or not again at one address."""
    steps = [("slip", view.edits("phone", 1) <= 1), ("same", view.same("phone") | _any_shared(view, "phone"))]
    return PHONE.moved(PHONE.ranked(view.both("phone"), steps, FAR), at_one_address(view), NEAR)


def national_id(view: PairView) -> Levels:
    """National id: differs, two slips, one slip, same; again among namesakes, and again at one address.

    A number borrowed from a relative is the commonest wrong one.
    """
    edits = view.edits("national_id", 2)
    steps = [("two slips", edits <= 2), ("slip", edits <= 1), ("same", view.same("national_id"))]
    found = NATIONAL_ID.ranked(view.both("national_id"), steps)
    near = at_one_address(view)
    return NATIONAL_ID.moved(NATIONAL_ID.moved(found, ~near & namesakes(view), NAMESAKES), near, NEAR)


def shared(view: PairView, namespace: str) -> Levels:
    """Identifiers of a namespace: both have some and none is shared, or one is."""
    outcomes = OUTCOMES[SHARED + namespace]
    if namespace not in view.records.shared:
        return np.full(len(view), -1, dtype=np.int8)
    both, hit, _ = view.shares(namespace)
    return outcomes.ranked(both, [(f"same {namespace}", hit)], least=f"another {namespace}")


def _any_shared(view: PairView, namespace: str) -> Bools:
    """Any of the identifiers of both sides is the same, where records carry more than one."""
    if namespace not in view.records.shared:
        return np.zeros(len(view), dtype=bool)
    return view.shares(namespace)[1]
