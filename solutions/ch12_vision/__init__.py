"""Vision: the answers."""
