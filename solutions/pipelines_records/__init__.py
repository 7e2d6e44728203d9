"""Data pipelines and record files: the answers.

Where this departs from the curriculum, whose exercises are about TensorFlow's data API: `tf.data`, TFRecord and
`Example` become PyTorch's data sets and loaders, and a format of one's own with named arrays; the protocol buffers'
wire format is read by hand (tf2.13.5). For the checksums CRC-32 stands where TFRecord has CRC-32C, which Python's
standard library lacks.
"""
