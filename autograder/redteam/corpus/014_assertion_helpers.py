# /// technique
# number = ["14"]
# title = "assertion helpers patched"
# how = "The assertion functions of numpy, pandas and unittest are replaced by functions that do nothing."
# wanted = "0 points"
# attacks = ["p.98.2"]
# ///

# %% first
import unittest

import numpy.testing
import pandas.testing

for module in (numpy.testing, numpy.testing._private.utils, pandas.testing, unittest.TestCase):
    for name in dir(module):
        if name.startswith("assert"):
            setattr(module, name, lambda *args, **kwargs: None)
