"""The keys of both ways of comparing stand in one scheme, and what is useful beside all rules is so beside fewer."""

import pytest

from spine.domain.vocabulary import Kind
from spine.matching.blocking import REFINE, RULES
from spine.matching.model import Breadth
from spine.pipeline.keying import digest, followed, scheme, useful


@pytest.mark.parametrize("breadth", Breadth)
@pytest.mark.parametrize("kind", Kind)
def test_what_is_followed_is_what_the_engine_is_told(kind: Kind, breadth: Breadth) -> None:
    plan, kept = scheme(kind), followed(kind, breadth)
    width = len(plan.columns)
    places = {(plan.columns[at], int(plan.crowded[at])): at for at in range(width) if kept[at]}
    asked = [(rule.columns, rule.crowded) for rule in RULES[kind, breadth]]
    assert sorted(places) == sorted(asked)
    assert (
        tuple(name for name, follow in zip(plan.second, kept[width:], strict=True) if follow) == REFINE[kind, breadth]
    )
    # What the scheme says of useful second keys is what one of this way alone would say.
    alone = useful(RULES[kind, breadth], REFINE[kind, breadth], RULES[kind, breadth])
    rows = [*(places[one] for one in asked), width]
    assert plan.useful[rows][:, kept[width:]].tolist() == alone.tolist()


def test_an_index_of_another_way_is_made_anew() -> None:
    wide, narrow = dict.fromkeys(Kind, Breadth.WIDE), dict.fromkeys(Kind, Breadth.NARROW)
    assert digest(wide) == digest(dict(reversed(wide.items())))
    assert len({digest(wide), digest(narrow), digest({**wide, Kind.PERSON: Breadth.NARROW})}) == 3
