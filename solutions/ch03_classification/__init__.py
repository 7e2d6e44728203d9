"""Chapter 3, classification: the answers."""
