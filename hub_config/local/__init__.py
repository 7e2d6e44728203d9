"""Servers on one machine: with real limits of memory and CPU, and with GPUs that are lent."""
