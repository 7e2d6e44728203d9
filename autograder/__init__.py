"""Grading: hidden checks, the engine that judges a submission by them, and the class-wide commands."""

import sys

# jsonschema, which nbformat imports, compiles a grammar for URIs as soon as this optional package is there: 1.7 s that
# no notebook needs.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None is how Python says: not importable
