"""Neural networks with scikit-learn: the answers."""
