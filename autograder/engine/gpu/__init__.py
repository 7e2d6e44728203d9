"""GPUs in grading: which there are, who has one, and how much of it is used. See docs/gpu.md."""
