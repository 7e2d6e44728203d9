"""Training deep networks, starts: the answers."""
