"""Where jupyter_client finds the warm kernels (``course-warm``): in the grader, which only a checkout has."""

import importlib

from course.project import Project

Project.find().importable()  # in a process of somebody else's: its umask is its own
WarmProvisioner = importlib.import_module("autograder.engine.warm.provisioner").WarmProvisioner
