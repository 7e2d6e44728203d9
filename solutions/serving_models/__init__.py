"""Serving models: the answers.

Where this departs from the curriculum, whose exercises are about TensorFlow Serving and a cloud's services:

- The server is FastAPI's, run by uvicorn. LitServe was tried: its workers are spawned processes, to which no class of a
  notebook can be sent; each loads one model when it starts, so that a new version needs a restart, and whatever a
  request lacks is answered with 500 unless one writes it oneself. It is for models on a GPU, in a script of their own.
- The tuner is Optuna, with its study in a file on this machine; a cloud's tuner does the same with more machines.
"""
