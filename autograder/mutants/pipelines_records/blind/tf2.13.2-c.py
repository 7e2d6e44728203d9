# %% right
# Intent: a record comes to the buffer at its own number, or (its file being first) at its number within its file;
# from there it can overtake the buffer's other buffer_size - 1 records.
def earliest_place(record, buffer_size, file_size, files_shuffled):
    arrival = record % file_size if files_shuffled else record
    return max(arrival - (buffer_size - 1), 0)

# %% wrong: earliest_place
# Misconception: a shuffle buffer is filled, emptied in an order of chance, and filled anew (block by block).
def earliest_place(record, buffer_size, file_size, files_shuffled):
    arrival = record % file_size if files_shuffled else record
    return arrival // buffer_size * buffer_size

# %% wrong: earliest_place
# Misconception: once the order of the files is shuffled, every record can come first.
def earliest_place(record, buffer_size, file_size, files_shuffled):
    return 0 if files_shuffled else max(record - (buffer_size - 1), 0)
