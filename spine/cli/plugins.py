"""What comes by entry point: file readers (`spine.loaders`), mappings (`spine.mappings`), worlds (`spine.worlds`)."""

from importlib.metadata import entry_points
from typing import Any

from spine.errors import NotFound


def plugin(group: str, name: str) -> Any:
    """The object behind an entry point; NotFound names those that there are."""
    found = {point.name: point for point in entry_points(group=group)}
    if name not in found:
        raise NotFound(
            f"No plug-in {name!r} in {group!r}; there are: {', '.join(sorted(found)) or 'none'}.",
            remedy="Install the package that brings it.",
        )
    return found[name].load()
