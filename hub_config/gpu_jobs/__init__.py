"""GPU jobs: a service of the hub that runs notebooks people send to a GPU, which each has for as long as it runs."""
