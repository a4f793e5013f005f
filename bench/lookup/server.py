"""GraphQL over a store and nothing else, as `spine serve` serves it: `python -m bench.lookup.server URL PORT`.

What a server does in the background (reading ahead for audiences, webhooks, what ingests left) is left out: look-ups
alone are measured.
"""

import sys

from spine.api.app import create_app
from spine.api.server import Server
from spine.bootstrap import open_store
from spine.cli.serving import listening
from spine.settings import Settings


def main() -> None:
    """Serve until ended."""
    with open_store(sys.argv[1], Settings()) as store:
        server = Server(create_app(store, Settings(read_only=True)))
        server.run(sockets=[listening("127.0.0.1", int(sys.argv[2]))])


if __name__ == "__main__":
    main()
