"""Everybody at a confidence, as tables of DuckDB: who holds what, lives where, consented to what, and is called what.

The rules are those of `spine.explore` for one person; tests hold the two to each other.
"""

from collections.abc import Iterable, Mapping, Sequence

import duckdb
import pyarrow as pa

from spine.audiences.columns import Columns
from spine.domain.vocabulary import Kind
from spine.explore.facts import BELIEVED
from spine.explore.golden import GROUPS
from spine.matching.model import Model
from spine.memberships import Forest, entity_numbers
from spine.normalise.columns import compute
from spine.resolution.golden_rules import Rules
from spine.resolution.person_facts import ANONYMOUS, PASSING, PSEUDONYMOUS, STAGES
from spine.resolution.trees import NEVER

Connection = duckdb.DuckDBPyConnection
TOPICS = ("given", "surname", "birth_date", "sex", "address")
"""What is believed of everybody."""

HELD = """(e."at" IS NULL OR e."at" = '' OR (
    (h.valid_to IS NULL OR left(e."at", length(h.valid_to)) <= h.valid_to)
    AND (h.since IS NULL OR left(e."at", length(h.since)) > h.since OR e."at" >= h.valid_from)))"""
"""`spine.explore.events.Carriage.holds`, of a carriage h and what happened e."""

BASE = ("holds", "happened", "said")
"""The tables that are the same at every confidence; each names its `record`."""
CUT = {
    "happened_to": "entity", "own_word": "entity", "consented": "person", "refused": "person", "card": "id",
    "claimed": "id", "purposes": "id", "lives": "person", **{f"believed_{topic}": "id" for topic in TOPICS},
}  # fmt: skip
"""The tables of a confidence beside `entity`, and the column of each that names the entity."""

_BASE = f"""
CREATE TABLE holds AS SELECT c.start AS record, c."end" AS identifier, c.namespace, c.last_seen,
    coalesce(c.verified, false) AS verified, c.valid_from, c.valid_to, s.since
FROM carries c LEFT JOIN (
    SELECT c.start, c."end", max(g.valid_to) AS since FROM carries c
    JOIN carries g ON g."end" = c."end" AND g.valid_to < c.valid_from GROUP BY ALL
) s ON s.start = c.start AND s."end" = c."end";
CREATE TABLE happened AS SELECT DISTINCT o.start AS event, h.record
FROM event_of o JOIN event e ON e.id = o.start JOIN holds h ON h.identifier = o."end" WHERE {HELD};
CREATE TABLE said AS SELECT e.id, o."end" AS identifier, e.purpose, e.status, coalesce(e."at", '') AS "at", h.record,
    {HELD} AS held, r.id IS NOT NULL AS by_record
FROM consent_of o JOIN consent e ON e.id = o.start JOIN holds h ON h.identifier = o."end"
LEFT JOIN record r ON r.id = h.record AND r.key = e.source || '/' || nullif(e.reference, '');
"""

_PEOPLE = """
CREATE TABLE happened_to{n} AS
SELECT DISTINCT h.event, e.entity, e.kind FROM happened h JOIN entity{n} e USING (record);
CREATE TABLE own_word{n} AS
WITH word AS (SELECT s.*, e.entity, e.kind, bool_or(s.by_record) OVER (PARTITION BY s.id, s.identifier) AS spoken
    FROM said s JOIN entity{n} e USING (record)),
owner AS (SELECT DISTINCT id, identifier, purpose, status, "at", entity, kind, spoken FROM word
    WHERE CASE WHEN spoken THEN by_record ELSE held END)
SELECT DISTINCT id, identifier, purpose, status, "at", entity FROM owner
QUALIFY spoken OR status <> 'given' OR count(*) OVER (PARTITION BY id, identifier) = 1;
CREATE TABLE consented{n} AS SELECT entity AS person, purpose FROM own_word{n} GROUP BY ALL
HAVING arg_max(status, ("at", status <> 'given', id)) = 'given';
CREATE TABLE refused{n} AS SELECT entity AS person, identifier, purpose FROM own_word{n} GROUP BY ALL
HAVING arg_max(status, ("at", status <> 'given', id)) <> 'given';
CREATE TABLE card{n} AS SELECT e.entity AS id, count(*) AS records, list_sort(list(DISTINCT r.source)) AS sources,
    max(r.observed_at) AS seen FROM entity{n} e JOIN record r ON r.id = e.record WHERE e.kind = 'person' GROUP BY ALL;
CREATE TABLE claimed{n} AS SELECT e.entity AS id, list_sort(list(DISTINCT h.namespace)) AS namespaces,
    bool_or(h.namespace = 'email' AND h.verified) AS verified_email,
    max(CASE WHEN h.verified THEN 3 {stages} ELSE 2 END) AS stage
FROM entity{n} e JOIN holds h USING (record) WHERE e.kind = 'person' AND h.valid_to IS NULL GROUP BY ALL;
CREATE TABLE purposes{n} AS SELECT person AS id, list_sort(list(purpose)) AS consents FROM consented{n} GROUP BY ALL;
CREATE TABLE lives{n} AS
WITH lived AS (SELECT r."end" AS household, e.entity AS person, r.weight, NULL AS role, NULL AS start,
        r.valid_from, r.valid_to
        FROM resides_in r JOIN entity{n} e ON e.record = r.start WHERE e.kind = 'person'
    UNION ALL SELECT m."end", e.entity, m.weight, m.role, m.start, m.valid_from, m.valid_to
        FROM member_of m JOIN entity{n} e ON e.record = m.start WHERE e.kind = 'person'),
stays AS (SELECT household, person, max(weight) AS weight, min(valid_from) AS since, max(valid_to) AS until,
        arg_min({'role': role, 'weight': weight}, start) FILTER (start IS NOT NULL) AS fact FROM lived GROUP BY ALL),
following AS (SELECT *, max(since) OVER (PARTITION BY person) AS latest FROM stays)
SELECT household, person, fact.role AS role, coalesce(fact.weight, weight) AS weight FROM following
WHERE weight IS NOT NULL AND coalesce(latest <= until, true);
"""


def base_tables(connection: Connection) -> None:
    """Make the tables that are the same at every confidence: `holds`, `happened`, `said`."""
    connection.execute(_BASE)


def trust(connection: Connection, rules: Rules) -> None:
    """Make the table that says how much each source is trusted in each topic."""
    sources = [name for (name,) in connection.execute("SELECT DISTINCT source FROM main.record").fetchall()]
    pairs = [(name, topic) for name in sources for topic in TOPICS]
    table = pa.table(
        {
            "source": pa.array([name for name, _ in pairs], pa.string()),
            "topic": pa.array([topic for _, topic in pairs], pa.string()),
            "trust": pa.array([-rules.trusted(topic, name or "") for name, topic in pairs], pa.int64()),
        }
    )
    connection.register("arriving", table)
    connection.execute("CREATE OR REPLACE TABLE main.trusted AS FROM arriving")
    connection.unregister("arriving")


def entities_at(connection: Connection, columns: Columns, confidence: float) -> pa.Table:
    """Whose every record is at a confidence: `record`, `entity`, `kind`."""
    records = connection.sql("SELECT id, kind FROM record ORDER BY id").to_arrow_table()
    return cut_of(records, columns.forests, columns.models, confidence)


def population(connection: Connection, rules: Rules, entities: pa.Table, number: int) -> None:
    """The tables of everybody at a cut, their names ending in `number`."""
    connection.register("arriving", entities)
    connection.execute(f"CREATE TABLE entity{number} AS FROM arriving")
    connection.unregister("arriving")
    make_people(connection, rules, number)


def cut_of(
    records: pa.Table, forests: Mapping[Kind, Forest], models: Mapping[Kind, Model], confidence: float
) -> pa.Table:
    """The entity of each record (`id`, `kind`, in the order of their ids) at a confidence."""
    parts = []
    for kind in Kind:
        ids = records.filter(compute.equal(records["kind"], kind.value))["id"].to_numpy()
        height = models[kind].height(confidence) if kind in models else NEVER
        entity = entity_numbers(ids, forests[kind], height)
        parts.append(
            pa.table({"record": ids, "entity": entity, "kind": pa.array([kind.value] * len(ids), pa.string())})
        )
    return pa.concat_tables(parts)


def make_people(connection: Connection, rules: Rules, number: int) -> None:
    """Make what follows from the table of entities of that number."""
    levels = [*((name, 0) for name in sorted(ANONYMOUS | PASSING)), *((name, 1) for name in sorted(PSEUDONYMOUS))]
    stages = " ".join(f"WHEN h.namespace = '{name}' THEN {level}" for name, level in levels)
    connection.execute(_PEOPLE.replace("{n}", str(number)).replace("{stages}", stages))
    for topic in TOPICS:
        connection.execute(_believed(topic, number, rules.deciding(topic)))


def _believed(topic: str, number: int, rules: Sequence[str]) -> str:
    """The value to believe of one topic of the golden record, by its rules; `spine.explore.golden` for everybody."""
    grouped = topic == "address"
    fields: Sequence[str] = GROUPS["address"] if grouped else (topic,)
    key = "|| '\\x1f' ||".join(f"coalesce(r.{name}, '')" for name in fields)
    measures = {
        "complete": "r.street IS NOT NULL OR r.po_box IS NOT NULL",
        "verified": "v.record IS NOT NULL" if grouped else "false",
        "source": "t.trust",
        "recency": "coalesce(r.observed_at, '')",
        "frequency": f"count(*) OVER (PARTITION BY e.entity, {key})",
        "longest": " + ".join(f"length(coalesce(r.{name}, ''))" for name in fields),
    }
    kept = [name for name in fields if name in BELIEVED]
    rank = ", ".join(f"{measures[rule]}" for rule in rules)
    value = ", ".join(["'record': r.id", *(f"'{name}': r.{name}" for name in kept)])
    verified = (
        "LEFT JOIN (SELECT DISTINCT record FROM holds WHERE namespace = 'address' AND verified) v ON v.record = r.id"
        if grouped
        else ""
    )
    return f"""CREATE TABLE believed_{topic}{number} AS
        SELECT entity AS id, arg_max(value, rank) AS it FROM (
            SELECT e.entity, {{{value}}} AS value, ({rank}, -r.id) AS rank
            FROM entity{number} e JOIN record r ON r.id = e.record
            JOIN trusted t ON t.source = r.source AND t.topic = '{topic}' {verified}
            WHERE e.kind = 'person' AND ({" OR ".join(f"r.{name} IS NOT NULL" for name in fields)})
        ) GROUP BY ALL"""


def stage_names() -> Iterable[str]:
    """The stages in the order of their codes."""
    return (str(name) for name in STAGES.tolist())
