"""Fetching, handing in and reading feedback over HTTP: from a hub's notebook server, a laptop, or anywhere else."""
