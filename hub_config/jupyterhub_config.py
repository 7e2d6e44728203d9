"""What JupyterHub reads; `course hub` starts it. Everything is in ``assembly.configure``."""

from hub_config.local.assembly import Place, configure

configure(get_config(), Place.from_environ())  # type: ignore[name-defined]  # noqa: F821  # JupyterHub runs this file
