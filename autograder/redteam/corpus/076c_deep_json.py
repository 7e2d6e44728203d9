# /// technique
# number = ["76"]
# title = "deep JSON"
# how = "The file is JSON, nested a hundred thousand deep."
# wanted = "contained"
# ///

# %% edit
def edit(notebook, known):
    return b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b', "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
