# /// technique
# number = ["X24"]
# title = "terminal sequences"
# how = """
# Output moves the cursor, renames the window, writes to the clipboard and holds bytes that are no text.
# """
# wanted = "contained"
# ///

# %% own
import sys

print("\x1b[2J\x1b]0;title\x07\x1b]52;c;YWxlcnQ=\x07\x1b]8;;http://127.0.0.1\x07link\x1b]8;;\x07\x9b31m\x00\x08\x7f")
print("\ud800\udfff \u202etxt.exe \u2066 \ufeff" + "\u0300" * 5000)
os.write(1, b"\xff\xfe\x80 bytes \xc3\x28\n")
with contextlib.suppress(Exception):
    sys.stdout.write("\x1bPq#0;2;0;0;0#0~~@@vv@@~~@@~~$#0\x1b\\")
raise type("\x1b[31mRed\x1b]0;t\x07", (Exception,), {})("\x1b[31mred\x00\x1b]0;title\x07")
