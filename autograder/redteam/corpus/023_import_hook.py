# /// technique
# number = ["23"]
# title = "import hook"
# how = "A finder on the meta path rewrites the source of check modules as they are imported."
# wanted = "0 points"
# ///

# %% first
import importlib.machinery
import sys


class Rewriter(importlib.machinery.SourceFileLoader):
    def get_data(self, path):
        return super().get_data(path).replace(b"assert ", b"assert True or ")


class Finder:
    def find_spec(self, name, path=None, target=None):
        if "check" in name or "autograder" in name or name.startswith("test_"):
            spec = importlib.machinery.PathFinder.find_spec(name, path, target)
            if spec is not None and spec.origin:
                spec.loader = Rewriter(name, spec.origin)
            return spec
        return None


sys.meta_path.insert(0, Finder())
