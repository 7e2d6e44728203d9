# /// technique
# number = ["83"]
# title = "archive bomb and paths"
# how = "A submission that is unpacked is larger than it looks, or writes outside its folder."
# wanted = "contained"
# ///

# %% collect
def collect(folder, known):
    import io
    import tarfile
    import zipfile

    with zipfile.ZipFile(folder / "ada.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../escaped.ipynb", "{}")
        archive.writestr("bomb", bytes(50_000_000))
    with tarfile.open(folder / "bob.tar", "w") as archive:
        entry = tarfile.TarInfo("/tmp/../tmp/escaped")
        archive.addfile(entry, io.BytesIO())
    (folder / "...ipynb").write_text("{}")
