"""What the cells to look at are there to show, chapter by chapter."""
