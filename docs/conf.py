"""How `make docs` makes a site of these pages; nothing in it is loaded from a network."""

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
