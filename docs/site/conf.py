"""Sphinx's settings. The sources are the staged copy that `staging.py` makes of the pages."""

import os as _os
import sys as _sys
from importlib.metadata import version as _version
from pathlib import Path as _Path

import myst_nb.core.render as _render

_sys.path.insert(0, str(_Path(__file__).parent))

from notebooks import join_streams

# The notebooks type commands as a reader would.
_os.environ["PATH"] = _os.pathsep.join([str(_Path(_sys.executable).parent), _os.environ["PATH"]])
# As wide as the text of a page in the font of the theme.
_os.environ["COLUMNS"] = "88"
# The report of a failed notebook stands on the screen, not in a file elsewhere.
nb_execution_show_tb = True

project = "smecluster"
author = "The smecluster contributors"
copyright = "The smecluster contributors, Apache-2.0"
release = version = _version("smecluster")

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_design",
]
root_doc = "index"
exclude_patterns = ["docs/site/index.md"]

html_theme = "furo"
html_title = f"smecluster {release}"
html_copy_source = False
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}

# Anchors of headings are those that a reader of the plain files gets, so one link serves both.
myst_heading_anchors = 4
myst_enable_extensions = ["attrs_block", "colon_fence", "deflist"]

# Notebooks run while the site is built, each in a folder of its own; none may fail.
nb_execution_mode = "cache"
nb_execution_in_temp = True
nb_execution_timeout = 540
nb_execution_raise_on_error = True
nb_merge_streams = True
_render.coalesce_streams = join_streams

autodoc_typehints = "none"  # numpydoc says what a parameter is, with its unit
autosummary_generate = True
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
