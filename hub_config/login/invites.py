"""Logging in with an invitation: each person has a code of their own, and may make a password of it.

Codes and passwords are kept as scrypt hashes; `Guesses` bounds how many wrong ones are looked at.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from jupyterhub.auth import Authenticator
from jupyterhub.handlers import BaseHandler
from tornado import web
from traitlets import Integer, Unicode

from hub_config.login.guesses import Guesses, address_of

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
_GROUPS, _LENGTH = 4, 5  # 20 letters: 98 bits
SHORTEST = 10
T = TypeVar("T")


class Invitations:
    """Who may log in, and with what."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path, self._guesses = path, Guesses(clock)
        with self._open() as db:
            db.execute("CREATE TABLE IF NOT EXISTS people (name TEXT PRIMARY KEY, salt BLOB, hash BLOB, own INTEGER)")
        path.chmod(0o600)

    def invite(self, names: Iterable[str], *, again: bool = False) -> dict[str, str]:
        """Return a new code for each person who has none, or with `again`, for all of them."""
        with self._open() as db:
            known = {row[0] for row in db.execute("SELECT name FROM people")}
        fresh = {name: _code() for name in names if again or name not in known}
        for name, code in fresh.items():
            self._set(name, code, own=False)
        return fresh

    def matches(self, name: str, secret: str, address: str = "") -> bool:
        """Whether `secret` is the code or password of `name`; False, too, after too many that were not."""
        if self._guesses.too_many(name, address):
            return False
        with self._open() as db:
            row = db.execute("SELECT salt, hash FROM people WHERE name = ?", (name,)).fetchone()
        salt, wanted = row or (b"0" * 16, b"")
        found = hmac.compare_digest(_hash(secret, salt), wanted)  # as long for somebody who does not exist
        (self._guesses.right if found else self._guesses.wrong)(name, address)
        return found

    def change(self, name: str, old: str, new: str, address: str = "") -> str:
        """Replace a person's secret; return what is wrong, or nothing."""
        if len(new) < SHORTEST:
            return f"The new password needs {SHORTEST} characters or more."
        if not self.matches(name, old, address):
            return "The old password or code is not right."
        self._set(name, new, own=True)
        return ""

    def _set(self, name: str, secret: str, own: bool) -> None:
        salt = secrets.token_bytes(16)
        with self._open() as db:
            db.execute("INSERT OR REPLACE INTO people VALUES (?, ?, ?, ?)", (name, salt, _hash(secret, salt), own))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self._path, timeout=30)
        try:
            with db:
                yield db
        finally:
            db.close()


class InviteAuthenticator(Authenticator):  # type: ignore[misc]  # traitlets' classes have no types
    """The hub's authenticator over `Invitations`."""

    path = Unicode(help="File of the invitations").tag(config=True)
    proxies = Integer(1, help="How many proxies before the hub add to X-Forwarded-For").tag(config=True)

    @property
    def invitations(self) -> Invitations:
        """Who may log in; one object for the life of the hub, since it remembers failures."""
        if not hasattr(self, "_invitations"):
            self._invitations = Invitations(Path(self.path))
        return self._invitations

    async def ask(self, function: Callable[..., T], *args: Any) -> T:
        """Call `function` of `invitations` beside the hub's event loop, which a hash would hold up for everybody.

        One call at a time, in order: wrong guesses are counted before the next one is looked at.
        """
        if not hasattr(self, "_turn"):
            self._turn = ThreadPoolExecutor(1, "invitations")
        return await asyncio.get_running_loop().run_in_executor(self._turn, function, *args)

    async def authenticate(self, handler: Any, data: dict[str, str]) -> str | None:
        """Called by the hub for each login; return the person's name, or None."""
        name, secret = data.get("username", ""), data.get("password", "")
        address = address_of(handler.request.headers, self.proxies)
        return name if await self.ask(self.invitations.matches, name, secret.strip(), address) else None

    def check_allowed(self, username: str, authentication: Any = None) -> bool:
        """Whoever has an invitation is in."""
        return True

    def get_handlers(self, app: Any) -> list[tuple[str, type]]:
        """Called by the hub: the page to change one's password, beside the login's own."""
        return [*super().get_handlers(app), (r"/password", PasswordHandler)]


class PasswordHandler(BaseHandler):  # type: ignore[misc]
    """The page to make a password of one's own."""

    @web.authenticated
    async def get(self) -> None:
        """Show the form."""
        await self._show("")

    @web.authenticated
    async def post(self) -> None:
        """Change the password, or say why not."""
        old, new = (self.get_body_argument(name, "", strip=False) for name in ("old", "new"))
        address = address_of(self.request.headers, self.authenticator.proxies)
        asked = self.authenticator
        wrong = await asked.ask(asked.invitations.change, self.current_user.name, old.strip(), new, address)
        await self._show(wrong or "Your password is changed.", 400 if wrong else 200)

    async def _show(self, message: str, status: int = 200) -> None:
        self.set_status(status)
        self.finish(
            await self.render_template("password.html", message=message, shortest=SHORTEST, wrong=status != 200)
        )


def _code() -> str:
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


def _hash(secret: str, salt: bytes) -> bytes:
    return hashlib.scrypt(secret.encode("utf-8", "replace"), salt=salt, n=2**14, r=8, p=1)
