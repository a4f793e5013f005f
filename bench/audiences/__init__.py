"""How fast audiences are, on a synthetic store: counted, exported, and single look-ups beside a plain DuckDB."""
