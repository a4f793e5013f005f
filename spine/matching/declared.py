"""The comparisons of each kind, with the weights a model starts from.

Per level the prior m and u, by the names of `spine.matching.outcomes`, which sets their order. They are blended with
what the data at hand says: few records keep them, many outvote them. They were set by hand and stand beside what
labelled records show in docs/declared-weights.md, which `bench.priors` counts again.
"""

from spine.domain.vocabulary import Kind
from spine.matching.declared_organisations import ORGANISATION
from spine.matching.declared_persons import PERSON
from spine.matching.model import Comparison

ORIGIN = "declared by hand, held against febrl3, febrl4, splink_fake_1000, pseudopeople 1.3.1 and the demo world"
"""Where the weights come from that a model starts with."""

DECLARED: dict[Kind, tuple[Comparison, ...]] = {Kind.PERSON: PERSON, Kind.ORGANISATION: ORGANISATION}
