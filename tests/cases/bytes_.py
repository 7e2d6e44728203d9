"""Files whose bytes are not what Jupyter writes."""

from __future__ import annotations

import json

from tests.cases.released import Make, Notebook, Released, Variants, code

VARIANTS: Variants = {}


def variant(make: Make) -> Make:
    VARIANTS[make.__name__] = make
    return make


@variant
def utf16(released: Released) -> bytes:
    return json.dumps(released.base(), indent=1, ensure_ascii=False).encode("utf-16")


@variant
def utf16_without_a_mark(released: Released) -> bytes:
    return json.dumps(released.base(), indent=1, ensure_ascii=False).encode("utf-16-le")


@variant
def latin1(released: Released) -> bytes:
    made = released.base()
    made["cells"].append(code("name = 'Zoë Müller'"))
    return json.dumps(made, indent=1, ensure_ascii=False).encode("latin-1", "replace")


@variant
def byte_order_mark(released: Released) -> bytes:
    return json.dumps(released.base(), indent=1, ensure_ascii=False).encode("utf-8-sig")


@variant
def crlf_file(released: Released) -> bytes:
    return json.dumps(released.base(), indent=1).replace("\n", "\r\n").encode()


@variant
def crlf_in_every_cell(released: Released) -> Notebook:
    made = released.base()
    for one in made["cells"]:
        one["source"] = one["source"].replace("\n", "\r\n")
    return made


@variant
def line_end_after_every_cell(released: Released) -> Notebook:
    made = released.base()
    for one in made["cells"]:
        one["source"] += "\n"
    return made


@variant
def half_a_surrogate(released: Released) -> bytes:
    """As a program leaves an emoji that it has cut in two."""
    made = released.base()
    made["cells"].append(code("# \ud83d"))
    return json.dumps(made).encode("ascii")


@variant
def empty_file(released: Released) -> bytes:
    return b""


@variant
def web_page(released: Released) -> bytes:
    return b"<!DOCTYPE html>\n<html><head><title>Log in</title></head><body></body></html>"


@variant
def python_script(released: Released) -> bytes:
    return "\n\n".join(released.answers.values()).encode()


@variant
def conflict_of_git(released: Released) -> bytes:
    text = json.dumps(released.base(), indent=1)
    middle = text.index('  "outputs": [],')
    return f"{text[:middle]}<<<<<<< HEAD\n=======\n>>>>>>> mine\n{text[middle:]}".encode()


@variant
def cut_off(released: Released) -> bytes:
    """As a download that was broken off, or a full disk, leaves it."""
    whole = json.dumps(released.base(), indent=1).encode()
    return whole[: len(whole) // 2]


@variant
def packed(released: Released) -> bytes:
    return b"PK\x03\x04\x14\x00\x00\x00\x08\x00"


@variant
def shortcut_of_a_drive(released: Released) -> bytes:
    return json.dumps({"url": "https://drive.example/open?id=1", "doc_id": "1", "email": "a@example.org"}).encode()
