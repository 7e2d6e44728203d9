# %% right
# Intent: with files in any order a record's file may come first, so only its place in the file counts; the buffer
# lets it overtake at most buffer_size - 1 records.
def earliest_place(record, buffer_size, file_size, files_shuffled):
    place = record % file_size if files_shuffled else record
    return max(0, place - buffer_size + 1)


# %% wrong: earliest_place
# Misconception: the buffer belongs to a file and is emptied at its end, so no record gets out of its file's part.
def earliest_place(record, buffer_size, file_size, files_shuffled):
    file, place = divmod(record, file_size)
    before = 0 if files_shuffled else file * file_size
    return before + max(0, place - buffer_size + 1)


# %% wrong: earliest_place
# Misconception: every record can move forward by buffer_size - 1 places, also the first ones.
def earliest_place(record, buffer_size, file_size, files_shuffled):
    place = record % file_size if files_shuffled else record
    return place - buffer_size + 1
