"""Write docs/feed.schema.json from the declared envelope: `python docs/feed_schema.py` (`--check` only compares)."""

import json
import sys
from pathlib import Path

from spine.outgoing.envelope import Event

PAGE = Path(__file__).with_name("feed.schema.json")


def page() -> str:
    """The JSON schema of every event."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Event.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write the schema, or with `--check` say whether it is as written."""
    if "--check" in sys.argv[1:]:
        return int(PAGE.read_text("utf-8") != page())
    PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
