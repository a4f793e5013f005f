"""The composition root: the only module that names adapter classes, imported when asked for."""

import json
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spine.access.context import Context
from spine.documents import near
from spine.errors import BadStoreUrl, MappingError, NotFound, SettingsError, ValueProblem
from spine.pipeline.incoming import an_object, read_batch, refused
from spine.ports import CypherReader, GraphStore, MatchEngine, Reader, RecordSource, Reject, SourceBatch
from spine.settings import Settings

if TYPE_CHECKING:
    from spine.outgoing.kafka_consuming import Intake
    from spine.outgoing.kafka_publishing import Publisher
    from spine.stores.graph_folders import GraphFolders
    from spine.stores.neo4j_bulk.files import ImportFiles

_NO_SPARK = "The Spark engine needs pyspark and Splink."

NEO4J_SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")


def open_store(url: str, settings: Settings) -> GraphStore:
    """The store behind a URL: `memory:`, `sqlite:PATH`, or `neo4j://HOST:PORT[/DATABASE]` (`bolt://` likewise).

    BadStoreUrl for any other; StoreUnavailable, StoreBusy or SchemaMismatch where it can't be opened.
    """
    scheme, colon, rest = url.partition(":")
    if url == "memory:":
        from spine.stores.memory import MemoryStore

        return MemoryStore()
    if scheme == "sqlite" and rest:
        from spine.stores.sqlite.store import SqliteStore

        return SqliteStore(rest)
    if scheme in NEO4J_SCHEMES and colon and rest.startswith("//"):
        from spine.stores.neo4j_bolt.store import BoltStore

        return BoltStore(url, settings.neo4j_user, settings.neo4j_password)
    raise BadStoreUrl(
        f"{url!r} is not the URL of a store.",
        remedy="Give memory:, sqlite:PATH, neo4j://HOST:PORT or bolt://HOST:PORT.",
    )


def neo4j_files() -> tuple[Callable[..., "ImportFiles"], Callable[..., None]]:
    """What writes a store as files for Neo4j's import tool, and what runs that tool on them."""
    from spine.stores.neo4j_bulk.files import write_files
    from spine.stores.neo4j_bulk.importer import import_files

    return write_files, import_files


def graph_folders(folders: "list[Path]") -> "GraphFolders":
    """A graph that lies in folders of Parquet; FileError where none has records."""
    from spine.stores.graph_folders import GraphFolders

    return GraphFolders(folders)


def graph_filling() -> "tuple[Callable[..., dict[str, int]], Callable[..., ImportFiles]]":
    """What puts such a graph into an empty store, and what writes it as files for Neo4j's import tool."""
    from spine.stores.graph_folders import fill
    from spine.stores.neo4j_bulk.files import write_tables

    return fill, write_tables


def cypher_projection() -> Callable[..., AbstractContextManager[CypherReader]]:
    """What copies a store into a disposable database that answers Cypher; SettingsError where Ladybug is missing."""
    try:
        from spine.stores.cypher_projection import projected
    except ImportError as missing:
        raise SettingsError(
            "Cypher on a store that is no Neo4j needs Ladybug.", remedy="pip install 'identity-spine[cypher]'."
        ) from missing
    return projected


def spark_resolving() -> Callable[[str, str, float], dict[str, int]]:
    """What resolves Parquet tables on Spark: from a folder, to a folder, at a confidence; SettingsError without it."""
    try:
        from spine.engines.spark_graph import resolve_graph
        from spine.engines.spark_session import session
    except ImportError as missing:
        raise SettingsError(_NO_SPARK, remedy="pip install 'identity-spine[spark]'.") from missing
    return lambda records, out, confidence: resolve_graph(session(), records, out, confidence)


def mapped_source(path: Path, mapping: str, *, sparse: bool = False) -> RecordSource:
    """The rows of a file through a mapping (JSON), read by the loader that is installed; SettingsError without one.

    `sparse` rows may leave out what they have no value for.
    """
    found = {point.name: point for point in entry_points(group="spine.loaders")}
    if "files" not in found:
        raise SettingsError("There is no loader for files.", remedy="Install the package that brings it.")
    source: RecordSource = found["files"].load()(path, mapping, None, sparse)
    return source


def mapped_rows(reader: Reader, context: Context, name: str, rows: list[Any]) -> SourceBatch:
    """Rows as a source has them, through a mapping that the store keeps; NotFound where it keeps none of that name.

    What is no JSON object becomes a reject. Rejects name the mapping for a file, and the place in `rows` for a line.
    """
    kept = reader.get("document", "id", [f"mapping:{name}"])
    if not kept:
        there = sorted(row["id"].removeprefix("mapping:") for row in reader.get("document", "kind", ["mapping"]))
        kept_there = f"It keeps {', '.join(near(name[:80], there) or there[:20])}. " if there else ""
        remedy = f"{kept_there}A mapping is kept once a file was loaded through it: spine load."
        raise NotFound(f"The store keeps no mapping {name[:80]!r}.", remedy=remedy)
    lines: list[int] = []
    rejects: list[Reject] = []
    for line, row in enumerate(rows, start=1):
        try:
            an_object(row)
            lines.append(line)
        except ValueProblem as problem:
            rejects.append(refused(row, problem, name, line))
    if not lines:
        return replace(read_batch(), rejects=rejects, rows=len(rows))
    with tempfile.TemporaryDirectory(prefix="spine-ingest-") as folder:
        path = Path(folder) / "rows.jsonl"
        path.write_text("".join(json.dumps(rows[line - 1]) + "\n" for line in lines), encoding="utf-8")
        try:
            (batch,) = [*mapped_source(path, kept[0]["body"], sparse=True).batches()] or [read_batch()]
        except MappingError as error:
            raise MappingError(error.message.replace(str(path), "What was sent"), remedy=error.remedy) from None
    told = [replace(one, file=name, line=lines[one.line - 1]) for one in batch.rejects]
    return replace(batch, rejects=sorted([*rejects, *told], key=lambda one: one.line), rows=len(rows))


def kafka() -> "tuple[type[Publisher], type[Intake]]":
    """What publishes the feed to Kafka, and what takes records in from it; SettingsError without confluent-kafka."""
    try:
        from spine.outgoing.kafka_consuming import Intake
        from spine.outgoing.kafka_publishing import Publisher
    except ImportError as missing:
        raise SettingsError("Kafka needs confluent-kafka.", remedy="pip install 'identity-spine[kafka]'.") from missing
    return Publisher, Intake


def open_engine(name: str) -> MatchEngine:
    """The match engine of that name: `local` or `spark`; SettingsError for any other, or where Spark is missing."""
    if name == "local":
        from spine.engines.local_engine import LocalEngine

        return LocalEngine()
    if name == "spark":
        try:
            from spine.engines.spark_engine import SparkEngine
        except ImportError as missing:
            raise SettingsError(_NO_SPARK, remedy="pip install 'identity-spine[spark]'.") from missing
        return SparkEngine()
    raise SettingsError(f"There is no match engine {name!r}.", remedy="Use local or spark.")
