"""Charts of a model: pages that show every level and ask no other host."""

import builtins
import re

import pytest

from spine.cli.charts import write_charts
from spine.domain.vocabulary import Kind
from spine.errors import FileError, SettingsError
from spine.matching.training import untrained


def test_charts_show_every_level_and_need_no_network(tmp_path):
    pytest.importorskip("splink")
    model = untrained(Kind.PERSON)
    written = write_charts(model, tmp_path / "charts")
    assert [file.name for file in written] == ["person-match-weights.html", "person-m-u.html"]
    for file in written:
        page = file.read_text(encoding="utf-8")
        for comparison in model.comparisons:
            assert f'"{comparison.name}' in page
        assert not re.search(r"<(script|link)[^>]+(src|href)\s*=", page)


def test_a_folder_that_can_not_be_made_is_named(tmp_path):
    pytest.importorskip("splink")
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(FileError, match="taken"):
        write_charts(untrained(Kind.PERSON), tmp_path / "taken")


def test_without_splink_the_remedy_says_how_to_get_it(tmp_path, monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name.startswith("splink"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SettingsError, match=r"identity-spine\[splink\]"):
        write_charts(untrained(Kind.PERSON), tmp_path)
