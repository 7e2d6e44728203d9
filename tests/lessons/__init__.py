"""What the cells to look at of a chapter are there to show, where `tests/test_lessons.py` has no room for it."""
