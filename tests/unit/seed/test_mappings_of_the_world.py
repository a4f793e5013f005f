"""The mappings of the demo world fit the files that they describe."""

from pathlib import Path

import pytest

from loaders.mapping import Mapping

MAPPINGS = sorted((Path(__file__).parents[3] / "seed" / "mappings").glob("*.yaml"))


@pytest.mark.parametrize("path", MAPPINGS, ids=lambda path: path.stem)
def test_mapping_is_valid(path: Path) -> None:
    assert Mapping.read(path).name == path.stem
