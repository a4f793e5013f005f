"""Write docs/cli.md from the commands themselves: `python docs/cli_page.py`."""

from enum import Enum
from pathlib import Path
from typing import Any

from typer.main import get_command

from spine.cli.app import app

PAGE = Path(__file__).with_name("cli.md")

HEAD = """# The command line

Written by `python docs/cli_page.py` from the commands; a test compares. In a checkout `spine` is `.venv/bin/spine`, or
`python3 run.py spine`.

Exit codes: 0 done; 1 failed; 2 asked wrongly; 3 loaded, but some rows were rejected; 130 interrupted. Errors go to
standard error with what to do about them. `--json` prints one document whose field names are stable.
"""


def commands(group: Any, path: tuple[str, ...] = ("spine",)) -> list[tuple[tuple[str, ...], Any]]:
    """Every command with its path, in the order of the help page."""
    found = []
    for name, command in group.commands.items():
        inside = (*path, name)
        found += commands(command, inside) if hasattr(command, "commands") else [(inside, command)]
    return found


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join([HEAD, *(_section(path, command) for path, command in commands(get_command(app)))])


def _section(path: tuple[str, ...], command: Any) -> str:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option" and not one.hidden]
    usage = " ".join([*path, *(_named(one) for one in arguments)])
    rows = [f"| `{_spelt(one)}` | {_default(one)} | {one.help or ''} |" for one in options]
    lines = [f"## {' '.join(path)}\n", f"`{usage}`\n", f"{' '.join((command.help or '').split())}\n"]
    lines += [f"- `{_named(one)}`: {one.help}" for one in arguments if one.help]
    return "\n".join([*lines, *([""] if arguments else []), "| option | default | |", "|---|---|---|", *rows, ""])


def _named(argument: Any) -> str:
    name = argument.metavar or argument.name.upper()
    return name if argument.required else f"[{name}]"


def _spelt(option: Any) -> str:
    names = " / ".join([", ".join(option.opts), *option.secondary_opts])
    kind = option.type_descriptor.annotation
    choices = [choice.value for choice in kind] if isinstance(kind, type) and issubclass(kind, Enum) else []
    return " ".join([names, *(["\\|".join(choices)] if choices else [])])


def _default(option: Any) -> str:
    if option.required:
        return "required"
    value = getattr(option.default, "value", option.default)
    return "" if value is None or isinstance(value, bool) or callable(value) else f"`{value}`"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
