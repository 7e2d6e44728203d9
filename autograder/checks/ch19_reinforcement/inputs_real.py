"""The real environments of chapter 19."""

import importlib.util
import sys
from pathlib import Path

import gymnasium as gym

BOX2D = Path(gym.__file__).parent / "envs" / "box2d"


def real_lander():
    """Return LunarLander-v3, also where pygame is missing, which would only draw it."""
    return gym.wrappers.TimeLimit(_module("lunar_lander").LunarLander(), 1000)


def real_walker():
    """Return BipedalWalker-v3, likewise."""
    return gym.wrappers.TimeLimit(_module("bipedal_walker").BipedalWalker(), 1600)


def _module(name):
    """Import a module of gymnasium's by its file: the package itself begins with one that asks for pygame."""
    full = f"gymnasium_box2d_{name}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, BOX2D / f"{name}.py")
        module = sys.modules[full] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[full]
