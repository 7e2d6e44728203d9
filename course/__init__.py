"""The course as a student's environment needs it: data sets, visible examples, devices, the ``course`` command."""

from course.devices import device

__all__ = ["device"]
__version__ = "0.1.0"
