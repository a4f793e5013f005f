"""Identifiers compared: e-mail, telephone, national id, and any namespace's as shared or not."""

import numpy as np

from spine.matching.addresses import at_one_address
from spine.matching.encoded import Bools
from spine.matching.names import alike, namesakes, relatives
from spine.matching.outcomes import (
    FAR,
    GIVEN_NAME,
    HOUSEHOLD_NAMESPACES,
    KIN,
    NAMESAKES,
    NEAR,
    OUTCOMES,
    SHARED,
    Levels,
)
from spine.matching.pairs import PairView
from spine.matching.sisters import sisters
from spine.matching.text_pairs import TextPairs

EMAIL, PHONE, NATIONAL_ID = OUTCOMES["email"], OUTCOMES["phone"], OUTCOMES["national_id"]


def email(view: PairView) -> Levels:
    """E-mail: differs, close, same name at another provider, same; by what else the two have in common.

    Relatives share addresses; and most are made of names, so that `anna.berg` and `anna85` are what any Anna Berg and
    any Anna may be called at another provider.
    """
    steps = [
        ("close", view.seen("email", lambda texts: (texts.edits(3) <= 3) | (texts.jaro_winkler(0.93) >= 0.93))),
        ("same name at another provider", view.same("email_local") & (view.shorter("email_local") > 3)),
        ("same", view.same("email") | _any_shared(view, "email")),
    ]
    found = EMAIL.ranked(view.both("email"), steps)
    named, family, near = alike(view), namesakes(view) | sisters(view), at_one_address(view)
    for group, where in (
        (GIVEN_NAME, named & ~family),
        (KIN, family & ~named),
        (NEAR, near & ~(named & family)),
        (NAMESAKES, named & family),
    ):
        found = EMAIL.moved(found, where, group)
    return found


def phone(view: PairView) -> Levels:
    """Telephone: differs, one slip, same; again for relatives, and same or not at one address."""
    slip = view.seen("phone", lambda texts: texts.edits(1) <= 1)
    steps = [("slip", slip), ("same", view.same("phone") | _any_shared(view, "phone"))]
    found = PHONE.ranked(view.both("phone"), steps, FAR)
    return PHONE.moved(PHONE.moved(found, _kin(view), KIN), at_one_address(view), NEAR)


def national_id(view: PairView) -> Levels:
    """National id: differs, two slips, one slip, same; again among namesakes, and again at one address.

    A number borrowed from a relative is the commonest wrong one.
    """
    found = view.told("levels", "national_id", _numbers, NATIONAL_ID.number("same"))
    near = at_one_address(view)
    return NATIONAL_ID.moved(NATIONAL_ID.moved(found, ~near & namesakes(view), NAMESAKES), near, NEAR)


def _numbers(texts: TextPairs) -> Levels:
    edits = texts.edits(2)
    return NATIONAL_ID.ranked(None, [("two slips", edits <= 2), ("slip", edits <= 1)])


def shared(view: PairView, namespace: str) -> Levels:
    """Identifiers of a namespace: both have some and none is shared, or one is.

    What households share is apart for relatives and at one address: there it is shared because all else is.
    """
    outcomes = OUTCOMES[SHARED + namespace]
    if namespace not in view.records.shared:
        return np.full(len(view), -1, dtype=np.int8)
    both, hit = view.shares(namespace)
    found = outcomes.ranked(both, [(f"same {namespace}", hit)], least=f"another {namespace}")
    if namespace not in HOUSEHOLD_NAMESPACES or not both.any():
        return found
    found = outcomes.moved(found, _kin(view), KIN)
    return outcomes.moved(found, at_one_address(view), NEAR)


def _kin(view: PairView) -> Bools:
    """Relatives of one surname, or sister companies."""
    return relatives(view) | sisters(view)


def _any_shared(view: PairView, namespace: str) -> Bools:
    """Any of the identifiers of both sides is the same, where records carry more than one."""
    if namespace not in view.records.shared:
        return np.zeros(len(view), dtype=bool)
    return view.shares(namespace)[1]
