"""Where somebody is with an assignment, as it travels to the card in their notebook (`course.exchange.standing`)."""

from __future__ import annotations

from typing import Any

from hub_config.exchange.board import Stand
from hub_config.exchange.records import Bundle


def standing(stand: Stand | None) -> dict[str, Any]:
    """Return what is told as JSON; nothing where there is nothing to tell."""
    if stand is None:
        return {}
    row, about, judged = stand.row, stand.about, stand.judged
    newest = row.made[0] if row.made else None
    waits = newest is not None and newest.mood != "judged" and (judged is None or newest != about)
    return {
        "assignment": row.name,
        "when": about.when if about else "",
        "told": None if judged is None else [one.model_dump(mode="json") for one in judged.exercises],
        "sentences": list(judged.sentences) if judged else [],
        "newer": newest.state if newest and waits else "",
        "returned": about is not None and about.mood == "returned",
        "notebook": _notebook(stand.made),
        "tries": row.tries,
        "why_not": row.why_not if row.mood != "new" else "",
    }


def _notebook(made: Bundle | None) -> dict[str, Any] | None:
    """Where the notebook of a hand-in is to be had."""
    entry = next((one for one in made.manifest.files if one.path == f"{made.assignment}.ipynb"), None) if made else None
    return {"of": made.id, "size": entry.size, "chunks": entry.chunks} if made and entry else None
