"""`spine find`, `spine show` and `spine status`: answers about the graph as it is."""

from dataclasses import asdict
from typing import Annotated

import typer

from spine.access.context import LOCAL
from spine.cli import output, portraits
from spine.cli.naming import NAMED, entities_named
from spine.cli.options import AsOf, Confidence, Json, Store
from spine.cli.session import confidence_of, existing, reading, settings
from spine.domain.ids import decode_id, encode_id
from spine.errors import BadId, NotFound
from spine.explore.explain import is_name
from spine.explore.identities import Answer, identity
from spine.explore.membership import Entity
from spine.explore.moments import moment
from spine.explore.overview import status as overview
from spine.explore.persons import portraits as drawn
from spine.explore.search import Hit, search
from spine.ports import Reader

HITS = 20


def find(
    words: Annotated[
        list[str],
        typer.Argument(metavar="VALUE", help="Any identifier, a record's number, or words such as a name and a town."),
    ],
    namespace: Annotated[
        str | None, typer.Option("--namespace", help="Only this kind of identifier.", show_default=False)
    ] = None,
    confidence: Confidence = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Find who is behind an identifier of any source, or whose records hold some words; the best answer first."""
    chosen, value = confidence_of(confidence), " ".join(words)
    with reading(store) as reader:
        answer = identity(reader, LOCAL, namespace, value, chosen)
        if answer.candidates:
            document = _of_answer(reader, answer, chosen)
        else:
            hits = [] if namespace else search(reader, LOCAL, value, {}, None, chosen, HITS)
            if not hits:
                raise NotFound(answer.says, remedy="Try another identifier, or a name and a town.")
            document = _of_hits(reader, hits, chosen)
    if as_json:
        output.as_json(document)
        return
    output.say(document["says"])
    columns = ("id", "name", "#records", "#confidence", "why")
    output.table(columns, [[row[name.removeprefix("#")] for name in columns] for row in document["candidates"]])


def show(
    node: Annotated[str, typer.Argument(metavar="ID", help=f"A person, household, organisation or record. {NAMED}")],
    confidence: Confidence = None,
    as_of: AsOf = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Show everything that belongs to an id: identities with how sure and why, golden values, household, parents.

    By source/record_id or namespace:value, whoever holds that record.
    """
    chosen, as_of = confidence_of(confidence), moment(as_of)
    kind, number = ("person", 0) if is_name(node) else decode_id(node)
    with reading(store) as reader:
        if kind in ("person", "organisation"):
            documents = [portraits.of_entity(reader, entity, as_of) for entity in entities_named(reader, node, chosen)]
        elif kind == "household":
            documents = [portraits.of_household(reader, number, chosen, settings().confidence, as_of)]
        elif kind == "record":
            documents = [portraits.of_record(reader, number, chosen)]
        else:
            raise BadId(f"{node} is a {kind}.", remedy="Show a person, household, organisation or record.")
    if as_json:
        output.as_json(documents[0] if len(documents) == 1 else documents)
        return
    for document in documents:
        portraits.show(document)


def status(store: Store = None, as_json: Json = False) -> None:
    """Say what the store holds: how many of what, which models, the position of its change log."""
    with existing(store) as graph, graph.reading(LOCAL) as reader:
        facts = {"store": graph.url, **asdict(overview(reader, LOCAL))}
    if as_json:
        output.as_json(facts)
        return
    output.say(f"{facts['store']}, position {facts['position']} of the change log")
    output.table(("table", "#rows"), facts["counts"].items())
    for model in facts["models"]:
        output.say(f"model {model['kind']} {model['version']}: {', '.join(model['comparisons'])}")
    if not facts["models"]:
        output.say("No model yet: run `spine resolve`.")
    if facts["unlearned"]:
        output.say(f"{facts['unlearned']:,} judgements and proofs came after the models were trained.")
        output.say("Once there are some dozens, `spine resolve --train always` learns from them.")


def _of_answer(reader: Reader, answer: Answer, confidence: float) -> portraits.Document:
    names = _names(reader, [candidate.entity for candidate in answer.candidates])
    return {
        "says": answer.says,
        "confidence": confidence,
        "shared": answer.shared,
        "truncated": answer.truncated,
        "candidates": [
            {
                "id": one.entity.public_id,
                "kind": one.entity.kind,
                "name": names[one.entity.id],
                "records": len(one.entity.members),
                "confidence": one.confidence,
                "why": one.reason,
                "namespace": one.identifier and one.identifier["namespace"],
                "value": one.identifier and one.identifier["value"],
                "record": encode_id("record", one.record),
                "last_seen": one.last_seen,
                "staleness": one.identifier and portraits.staleness_of(one.identifier["namespace"], one.last_seen),
            }
            for one in answer.candidates
        ],
    }


def _of_hits(reader: Reader, hits: list[Hit], confidence: float) -> portraits.Document:
    names = _names(reader, [hit.entity for hit in hits])
    return {
        "says": "No identifier of that value; records with these words:",
        "confidence": confidence,
        "shared": False,
        "truncated": len(hits) == HITS,
        "candidates": [
            {
                "id": hit.entity.public_id,
                "kind": hit.entity.kind,
                "name": names[hit.entity.id],
                "records": len(hit.entity.members),
                "confidence": hit.score,
                "why": hit.says,
                "record": encode_id("record", hit.record),
            }
            for hit in hits
        ],
    }


def _names(reader: Reader, entities: list[Entity]) -> dict[int, str | None]:
    return {number: portraits.name_of(one) for number, one in drawn(reader, LOCAL, entities).items()}
