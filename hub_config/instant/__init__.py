"""Instant feedback: grades each hand-in when it comes, and tells its student a sentence per exercise."""
