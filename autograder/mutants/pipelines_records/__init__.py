"""Wrong and right answers of data pipelines and record files."""
