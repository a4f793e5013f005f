"""Which store a URL names."""

import subprocess
import sys
from pathlib import Path

import pytest

from spine.access.context import LOCAL
from spine.bootstrap import open_store
from spine.errors import BadStoreUrl
from spine.settings import Settings


@pytest.mark.parametrize(
    "url", ["", "memory", "sqlite:", "sqlite", "postgres://h/d", "bolt:", "neo4j", "memory:x", "C:\\x"]
)
def test_any_other_url_is_refused(url: str) -> None:
    with pytest.raises(BadStoreUrl, match=r"is not the URL of a store\. Give memory:, sqlite:PATH") as caught:
        open_store(url, Settings())
    assert repr(url) in str(caught.value)


def test_a_file_is_made_with_its_folders_and_found_again(tmp_path: Path) -> None:
    url = f"sqlite:{tmp_path / 'a' / 'b' / 'graph.db'}"
    with open_store(url, Settings()) as store:
        assert store.url == url
    with open_store(url, Settings()) as store, store.reading(LOCAL) as reader:
        assert reader.count("log") == 0


def test_the_driver_of_a_server_is_only_imported_for_it() -> None:
    script = (
        "import sys; from spine.bootstrap import open_store; from spine.settings import Settings; "
        "open_store('memory:', Settings()).close(); print('neo4j' in sys.modules)"
    )
    command = [sys.executable, "-c", script]
    root = Path(__file__).parents[2]
    assert subprocess.run(command, capture_output=True, text=True, check=True, cwd=root).stdout.strip() == "False"
