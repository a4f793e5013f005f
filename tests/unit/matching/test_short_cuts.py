"""What a look rules out is never what counts: names that are alike, identifiers and words in common."""

from typing import Any

import numpy as np
from compared import all_pairs, encoded
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, JaroWinkler

from spine.matching.encoded import SLOTS
from spine.matching.names import given as given_names
from spine.matching.outcomes import OUTCOMES
from spine.matching.pairs import PairView
from spine.matching.text_pairs import TextPairs

NAMES = st.lists(st.text("abcdr", min_size=3, max_size=7), min_size=2, max_size=8)
WORDS = st.lists(st.text("ab ", min_size=1, max_size=12).filter(str.strip), min_size=2, max_size=8, unique=True)
HELD = st.lists(st.lists(st.integers(1, 300), min_size=0, max_size=SLOTS, unique=True), min_size=2, max_size=8)
QUICK = settings(max_examples=200, deadline=None)


def _level(one: str, other: str) -> str:
    """The level of two names without nicknames or a second word, said plainly."""
    likeness = np.float32(JaroWinkler.similarity(one, other))
    if one == other:
        return "same"
    if likeness >= np.float32(0.92) or OSA.distance(one, other) <= 1:
        return "close"
    return "resembles" if likeness >= np.float32(0.8) else "differs"


@QUICK
@given(NAMES)
def test_names_that_are_alike_are_found_among_all(names: list[str]) -> None:
    records = encoded([{"given": name} for name in names])
    left, right = all_pairs(len(names))
    found = given_names(PairView(records, left, right))
    expected = [_level(names[one], names[other]) for one, other in zip(left.tolist(), right.tolist(), strict=True)]
    assert [OUTCOMES["given"].all[level].label for level in found.tolist()] == expected


@QUICK
@given(WORDS)
def test_words_in_common_are_long_ones_of_names_with_several(names: list[str]) -> None:
    records = encoded([{"surname": name} for name in names])
    left, right = all_pairs(len(names))
    codes = records.codes["surname"]
    found = TextPairs(records, "surname", codes[left], codes[right]).part_of()
    for one, other, hit in zip(left.tolist(), right.tolist(), found.tolist(), strict=True):
        common = {word for word in names[one].split() if len(word) > 2} & set(names[other].split())
        assert hit == (bool(common) and (" " in names[one] or " " in names[other]))


@QUICK
@given(HELD)
def test_identifiers_in_common_are_found_among_several(held: list[Any]) -> None:
    records = encoded([{"given": "anna"} for _ in held], [{"device": one} if one else {} for one in held])
    if "device" not in records.shared:
        return
    left, right = all_pairs(len(held))
    both, shared = PairView(records, left, right).shares("device")
    for at, (one, other) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        assert both[at] == bool(held[one] and held[other])
        assert shared[at] == bool(set(held[one]) & set(held[other]))
