# %% right
# Intent: a record that comes in at position p can leave once p - buffer_size + 1 others have left, at the earliest;
# with shuffled files its own file may be the first, so only the position within the file counts.
def earliest_place(record, buffer_size, file_size, files_shuffled):
    position = record
    if files_shuffled:
        position = record - (record // file_size) * file_size
    earliest = position - (buffer_size - 1)
    if earliest < 0:
        earliest = 0
    return earliest

# %% wrong: earliest_place
# Misconception: the buffer belongs to a file: it is emptied at the end of each file, so that no record can come
# before the file's own first place.
def earliest_place(record, buffer_size, file_size, files_shuffled):
    start = 0 if files_shuffled else (record // file_size) * file_size
    inside = record % file_size
    return start + max(0, inside - buffer_size + 1)

# %% wrong: earliest_place
# Misconception: a shuffle buffer shuffles block by block: the first buffer_size records among themselves, then the
# next ones.
def earliest_place(record, buffer_size, file_size, files_shuffled):
    position = record % file_size if files_shuffled else record
    return (position // buffer_size) * buffer_size
