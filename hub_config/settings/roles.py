"""Who may do what on a hub: JupyterHub's roles, as far as one machine and a cluster share them."""

from __future__ import annotations

from typing import Any

EXCHANGE = "exchange"
REACH = f"access:services!service={EXCHANGE}"


def shared_roles() -> list[dict[str, Any]]:
    """Return the roles of people, of their servers, and of the exchange, which asks whose a token is."""
    return [
        {"name": "user", "scopes": ["self", REACH]},
        {"name": "server", "scopes": ["users:activity!user", "access:servers!server", REACH]},
        {"name": EXCHANGE, "scopes": ["read:users:name", "read:users:groups"], "services": [EXCHANGE]},
    ]
