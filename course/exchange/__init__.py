"""Fetching, handing in and reading feedback over HTTP: from a hub's notebook server, a laptop, or anywhere else."""

from course.exchange.client import ExchangeClient, Received

__all__ = ["ExchangeClient", "Received"]
