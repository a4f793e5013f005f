"""The composition root: the only module that names adapter classes, imported when asked for."""

from spine.errors import BadStoreUrl, SettingsError
from spine.ports import GraphStore, MatchEngine
from spine.settings import Settings

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


def open_engine(name: str) -> MatchEngine:
    """The match engine of that name: `duckdb`; SettingsError for any other."""
    if name == "duckdb":
        from spine.engines.duckdb_engine import DuckDBEngine

        return DuckDBEngine()
    raise SettingsError(f"There is no match engine {name!r}.", remedy="Use duckdb.")
