"""Training on several devices: the answers.

Where this departs from the curriculum, whose exercises are about TensorFlow's first two versions:

- What is gone (pinning, soft placement, control dependencies, clusters with containers of variables) is asked of what
  took its place: `.to(device)`, CUDA_VISIBLE_DEVICES, streams and events, processes.
- By its answer an operation without a GPU kernel is an error as long as placement is not soft. Asked is the placer's
  own rule: it is one for operations that were pinned; the others go to the CPU (tf1.12.3).
- A variable on one device could be used on any other there. In PyTorch that is an error, but for single numbers on the
  CPU (tf1.12.4).
- Several networks are trained by a function in processes of their own, where it has a script with options (tf1.12.8):
  to start Python and import torch takes longer than to train them.
"""
