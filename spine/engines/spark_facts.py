"""What follows from all entities together, as tables: their facts, relations, owners and households."""

from collections.abc import Mapping

from spine.domain.vocabulary import Kind
from spine.engines.spark_entities import organisations, persons
from spine.engines.spark_homes import homes, surnames
from spine.engines.spark_relations import RELATED, owned, related, standings, statements
from spine.engines.spark_rows import Graph, rows_of
from spine.engines.spark_tables import Kept
from spine.matching.model import Model
from spine.resolution.golden_rules import Rules
from spine.resolution.surnames import Surnames


def facts(kept: Kept, graph: Graph, models: Mapping[Kind, Model], rules: Rules, common: Surnames | None) -> Surnames:
    """Write person, organisation, the relations of both and households; how common surnames were taken to be.

    `common` are the frequencies that the graph keeps, None where none were counted yet.
    """
    rows = kept.step("rows", rows_of(graph))
    said = kept.step("statements", statements(rows))
    for name in RELATED:
        kept.table(name, related(said, name))
    stands = standings(kept.spark, kept.table("subsidiary_of", owned(rows)))
    kept.table("person", persons(rows, models[Kind.PERSON], rules))
    kept.table("organisation", organisations(rows, stands, models[Kind.ORGANISATION], rules))
    counted = surnames(rows) if common is None else common
    for name, table in homes(kept, rows, counted).items():
        kept.table(name, table)
    return counted
