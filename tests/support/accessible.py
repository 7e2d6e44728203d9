"""What stands in the way of who uses a page by keyboard or by a screen reader: axe-core looks, in light and dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="make test-hub brings axe")
_OPTIONS = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}


def barriers(page: Page, *left_out: str) -> list[str]:
    """Return what axe finds, a line each: the colour scheme, the rule, and the elements that break it.

    Parameters
    ----------
    left_out : names of axe's rules that mean nothing for this page.
    """
    found = []
    options = {**_OPTIONS, "rules": {rule: {"enabled": False} for rule in left_out}}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for one in axe.Axe().run(page, options=options).response["violations"]:
            places = "; ".join(node["html"][:160] for node in one["nodes"][:3])
            found.append(f"{scheme}: {one['id']} ({one['help']}): {places}")
    page.emulate_media(color_scheme="light")
    return found
