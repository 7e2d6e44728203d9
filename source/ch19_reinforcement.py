# %% [markdown]
# # Reinforcement learning
#
# What it is about, in two sentences.
#
# ### Afterwards you can
#
# - say in three to five points what one can do afterwards;
# - begin each of them with a verb;
# - promise nothing that no exercise asks for.
#
# ### Before you start
#
# You need to have read the chapter. It takes about {minutes} minutes in all.

# %%
import numpy as np

# %% [markdown]
# ## The first exercise
#
# Write `answer`, and say here what it is to do.

# %% exercise="p.19.1" points=1
from solutions.ch19_reinforcement.questions import answer

# %% [markdown]
# ## Further
#
# - An experiment that nobody grades.
# - Another one.
