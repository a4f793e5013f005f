"""Values never steer the terminal, and nothing is cut when the output is a pipe."""

import pytest

from spine.cli import output
from spine.errors import NotFound


def test_control_characters_and_markup_are_shown_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    output.say("\x1b[31mred\x07 [bold]not bold[/bold]")
    output.table(("name",), [("\x1b]0;title\x07[link=x]y[/link]",)])
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "\x07" not in printed
    assert "[bold]not bold[/bold]" in printed
    assert "[link=x]y[/link]" in printed


def test_long_values_are_folded_not_cut(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(("name", "#count"), [("x" * 500, 1234567)])
    printed = capsys.readouterr().out
    assert printed.count("x") == 500
    assert "1,234,567" in printed


def test_errors_go_to_standard_error_with_their_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    output.error(NotFound("It is not there.", remedy="Look elsewhere."))
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "Error: It is not there.\nLook elsewhere.\n"
