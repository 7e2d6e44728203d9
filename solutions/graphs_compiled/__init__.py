"""Graphs, eager mode and compiled functions: the answers.

Where this departs from the curriculum, whose exercises are about TensorFlow's first two versions:

- What is gone (sessions, placeholders, `tf.function`) is asked of what took its place: modules and their arguments,
  hooks, buffers, `torch.fx`, `torch.compile` and `torch.export`.
- It says of an input that no output needs "no error", which holds for sessions. A Python function and an exported
  program want all of their inputs (tf1.09.8).
- `range` beside `constant(arange)` gave other types there; in PyTorch whole numbers agree and real ones don't
  (tf2.12.3).
- Processes have parameters of their own "unless share_memory_": asked are those that have been forked, since a module
  that is sent to a process by torch.multiprocessing is moved into shared memory by that alone (tf1.09.5).
"""
