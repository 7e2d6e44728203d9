# /// technique
# number = ["28"]
# title = "interned constants overwritten"
# how = "Small integers are overwritten in memory, so that a comparison finds them equal."
# wanted = "0 points"
# attacks = ["p.98.5"]
# ///

# %% own
import ctypes

digits = ctypes.sizeof(ctypes.c_ssize_t) * 3
for number in (98, 99, 100, 101):
    ctypes.c_uint32.from_address(id(number) + digits).value = 97
