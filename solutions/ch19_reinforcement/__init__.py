"""Chapter 19, reinforcement learning: the answers."""
