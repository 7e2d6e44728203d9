"""Hidden checks of data pipelines and record files."""
