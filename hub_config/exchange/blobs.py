"""Where chunks lie: a folder, or an object store, by way of fsspec."""

from __future__ import annotations

import posixpath
import secrets

import fsspec

from course.errors import OperatorError


class Blobs:
    """Bytes under names that are made here, never by a sender, and never used twice.

    Parameters
    ----------
    url : a folder, or what fsspec opens: ``s3://bucket/exchange``, ``memory://exchange``.
    options : of fsspec's file system, e.g. ``endpoint_url`` of an S3-like store.
    """

    def __init__(self, url: str, **options: object) -> None:
        try:
            self._system, self._root = fsspec.core.url_to_fs(url, **options)
        except (ImportError, ValueError) as error:
            raise OperatorError(f"The exchange's storage {url} can't be opened: {error}.") from error

    def put(self, data: bytes) -> str:
        """Store `data` and return its name.

        Raises
        ------
        OperatorError : the storage is full or can't be reached.
        """
        name = secrets.token_hex(16)
        path = self._path(name)
        try:
            self._system.makedirs(posixpath.dirname(path), exist_ok=True)
            self._system.pipe_file(path, data)
        except OSError as error:
            self.remove(name)
            raise OperatorError(f"The exchange can't store what was sent: {error}.") from error
        return name

    def get(self, name: str) -> bytes:
        """Return the bytes stored under `name`.

        Raises
        ------
        OperatorError : they are gone, or the storage can't be reached.
        """
        try:
            return bytes(self._system.cat_file(self._path(name)))
        except OSError as error:
            raise OperatorError(f"The exchange can't read what it has stored: {error}.") from error

    def remove(self, name: str) -> None:
        """Remove what is stored under `name`, if it is there."""
        try:
            self._system.rm_file(self._path(name))
        except OSError:
            return

    def _path(self, name: str) -> str:
        return posixpath.join(self._root, name[:2], name)
