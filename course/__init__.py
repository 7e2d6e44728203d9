"""The course as a student's environment needs it: data sets, visible examples, the ``course`` command."""

__version__ = "0.1.0"
