"""How `make docs` makes a site of these pages; nothing in it is loaded from a network."""

from pathlib import Path

from course.authoring.web import write_pages
from course.project import Project

project = "Hands-on machine learning, graded"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = project
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
exclude_patterns = ["conf.py"]
myst_heading_anchors = 3
myst_enable_extensions = ["deflist"]
suppress_warnings = ["myst.xref_missing"]  # links from CONTRIBUTING into folders of the checkout


def _chapters(app):
    """Write a page for each chapter, which is not kept: the syllabus has it all."""
    write_pages(Project(Path(app.srcdir).parent), Path(app.srcdir) / "chapters")


def setup(app):
    """Called by Sphinx."""
    app.connect("builder-inited", _chapters)
