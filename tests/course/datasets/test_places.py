"""Files that are missing, altered, cut short, or fetched by two at once."""

from __future__ import annotations

import hashlib
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from course.datasets import fetch, info, load, status
from course.datasets.places import Places, download, find, verify
from course.datasets.registry import DataFile, Edition, RegisteredSet
from course.errors import DataError
from tests.support.archives import write, zipped

BODY = b"id,value\n" + b"".join(b"%d,%d\n" % (n, n * n) for n in range(20_000))


@dataclass
class Site:
    """A web server of this machine, and what it was asked."""

    url: str
    body: bytes = BODY
    drops: int = 0  # how many answers to break off in the middle
    status: int = 200
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def site() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked.append(self.path)
            self.send_response(here.status)
            self.send_header("Content-Length", str(len(here.body)))
            self.end_headers()
            if here.drops:
                here.drops -= 1
                self.wfile.write(here.body[: len(here.body) // 2])
            else:
                self.wfile.write(here.body)
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here = Site(f"http://127.0.0.1:{server.server_port}/data.csv")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield here
    server.shutdown()
    server.server_close()
    thread.join()


def entry_of(*urls: str, body: bytes = BODY, unverified: str = "") -> RegisteredSet:
    """Return an entry of one file that holds `body`."""
    digest = None if unverified else hashlib.sha256(body).hexdigest()
    file = DataFile(name="data.csv", urls=urls, bytes=len(body), sha256=digest, unverified=unverified)
    return RegisteredSet(
        title="Test data",
        about="numbers",
        shape="rows",
        chapters=(1,),
        licence="free",
        page="http://127.0.0.1/",
        stand_in="none",
        upstream=Edition(files=(file,), facts={"rows": 20_000}),
    )


def leftovers(places: Places) -> set[str]:
    return {path.name for path in (places.cache / "test").iterdir()} - {".lock"}


# Downloads


def test_a_download_is_verified_and_kept(site: Site, places: Places) -> None:
    entry = entry_of(site.url)
    copy = download("test", entry, places, progress=False)
    assert copy.files[0].read_bytes() == BODY
    assert copy.files[0].stat().st_mode & 0o777 == 0o644
    assert leftovers(places) == {"data.csv"}
    download("test", entry, places, progress=False)
    assert len(site.asked) == 1
    found = find("test", entry, places)
    assert found is not None
    assert found.origin == "cache"


def test_a_download_shows_its_progress(site: Site, places: Places, capfd: pytest.CaptureFixture[str]) -> None:
    download("test", entry_of(site.url), places, progress=True)
    assert "100%" in capfd.readouterr().err


def test_a_download_that_breaks_off_is_begun_again(site: Site, places: Places) -> None:
    site.drops = 1
    copy = download("test", entry_of(site.url), places, progress=False)
    assert copy.files[0].read_bytes() == BODY
    assert len(site.asked) == 2
    assert leftovers(places) == {"data.csv"}


def test_a_download_that_always_breaks_off_leaves_nothing(
    site: Site, places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    site.drops = 99
    with pytest.raises(requests.RequestException):
        download("test", entry_of(site.url), places, progress=False)
    assert leftovers(places) == set()
    site.drops = 0
    assert download("test", entry_of(site.url), places, progress=False).files[0].is_file()


def test_what_a_killed_process_left_is_cleared_away(site: Site, places: Places) -> None:
    write(places.cache / "test" / "tmpabc123", b"half")
    download("test", entry_of(site.url), places, progress=False)
    assert leftovers(places) == {"data.csv"}


def test_a_site_that_serves_something_else_is_refused(site: Site, places: Places) -> None:
    site.body = b"<html>Please log in</html>"
    with pytest.raises(DataError) as caught:
        download("test", entry_of(site.url), places, progress=False)
    message = str(caught.value)
    assert "data.csv" in message
    assert hashlib.sha256(BODY).hexdigest() in message
    assert hashlib.sha256(site.body).hexdigest() in message
    assert leftovers(places) == set()


def test_the_next_address_is_tried_and_a_refusal_is_not_repeated(site: Site, places: Places) -> None:
    nowhere = "http://127.0.0.1:9/data.csv"  # the discard port: nobody listens
    assert download("test", entry_of(nowhere, site.url), places, progress=False).files[0].is_file()
    site.status = 404
    with pytest.raises(requests.HTTPError):
        download("other", entry_of(site.url), places, progress=False)
    assert len(site.asked) == 2


def test_a_file_without_a_published_checksum_is_recognised_the_next_time(site: Site, places: Places) -> None:
    entry = entry_of(site.url, unverified="nobody publishes one")
    copy = download("test", entry, places, progress=False)
    assert leftovers(places) == {"data.csv", "data.csv.sha256"}
    write(copy.files[0], BODY.replace(b"7", b"8"))
    with pytest.raises(DataError, match=r"data.csv is altered.*sha256 wanted \w{64}, found \w{64}"):
        verify(copy)


def test_two_processes_at_once_download_once(site: Site, places: Places) -> None:
    code = (
        "import sys; from pathlib import Path; from course.datasets.places import Places, download\n"
        "from course.datasets.registry import RegisteredSet\n"
        "entry = RegisteredSet.model_validate_json(sys.argv[1])\n"
        "copy = download('test', entry, Places(Path(sys.argv[2]), None, False), False)\n"
        "print(len(copy.files[0].read_bytes()))"
    )
    arguments = [sys.executable, "-c", code, entry_of(site.url).model_dump_json(), str(places.cache)]
    both = [subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [int(process.communicate(timeout=60)[0]) for process in both] == [len(BODY)] * 2
    assert len(site.asked) == 1
    assert leftovers(places) == {"data.csv"}


def test_a_cache_that_cant_be_written_is_named(site: Site, tmp_path: Path) -> None:
    file = write(tmp_path / "file", b"")
    with pytest.raises(DataError, match=r"Can't write to the data cache .*file.*COURSE_DATA_CACHE"):
        download("test", entry_of(site.url), Places(file / "cache", None, False), progress=False)


def test_a_full_disk_is_named(site: Site, places: Places) -> None:
    """A limit on the size of files stands in for the disk's."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(BODY) // 2, hard))
    try:
        with pytest.raises(DataError, match="free some space"):
            download("test", entry_of(site.url), places, progress=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert leftovers(places) == set()


def test_a_set_without_an_address_says_where_to_put_it(places: Places) -> None:
    with pytest.raises(DataError, match=r"data.csv has to be downloaded by hand from http.* put into .*test"):
        download("test", entry_of(), places, progress=False)


# Files that are there, but not as they should be


@pytest.mark.parametrize("origin", ["cache", "mirror"])
@pytest.mark.parametrize(("length", "word"), [(20_000, "truncated"), (31_988, "altered")])
def test_an_altered_file_is_refused(
    origin: str, length: int, word: str, places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / origin / "titanic" / "titanic.tgz", bytes(length))
    monkeypatch.setenv("COURSE_DATA_MIRROR", str(tmp_path / origin))
    (wanted,) = info("titanic").upstream.files
    for use in (load, fetch):
        with pytest.raises(DataError) as caught:
            use("titanic")
        message = str(caught.value)
        assert f"titanic.tgz is {word}" in message
        assert str(wanted.sha256) in message
        assert hashlib.sha256(bytes(length)).hexdigest() in message
        assert ("delete it" if origin == "cache" else "looks after the mirror") in message


def test_a_file_altered_between_two_loads_is_noticed(places: Places) -> None:
    path = write(places.cache / "spa_eng" / "spa-eng.zip", zipped({"spa-eng/spa.txt": b"Go.\tVe.\n"}))
    with pytest.raises(DataError, match="pairs wanted 118964, found 1"):
        load("spa_eng")
    path.write_bytes(b"PK")
    with pytest.raises(DataError, match=r"spa-eng.zip can't be read"):
        load("spa_eng")
    path.write_bytes(zipped({"spa-eng/spa.txt": b"one column\n"}))
    with pytest.raises(DataError, match="don't hold what they should"):
        load("spa_eng")
    path.write_bytes(zipped({"spa-eng/about.txt": b""}))
    with pytest.raises(DataError, match=r"spa.txt is not in spa-eng.zip"):
        load("spa_eng")


def test_status_notices_a_wrong_size(places: Places) -> None:
    write(places.cache / "titanic" / "titanic.tgz", b"short")
    rows = {row.name: row for row in status()}
    assert rows["titanic"].where == "damaged"
    write(places.cache / "spa_eng" / "spa-eng.zip", b"any size may be right")
    assert {row.name: row.where for row in status()}["spa_eng"] == "cached"


def test_a_twin_edition_is_told_by_its_checksum(tmp_path: Path) -> None:
    """Two editions whose files have the same names: both are accepted in both places."""
    upstream, mirror = (entry_of(body=body).upstream for body in (BODY, b"rebuilt"))
    entry = entry_of().model_copy(update={"mirror": mirror})
    for body, edition in ((BODY, upstream), (b"rebuilt", mirror)):
        for kind in ("cache", "mirror"):
            root = tmp_path / str(len(body)) / kind
            write(root / "test" / "data.csv", body)
            copy = find("test", entry, Places(root if kind == "cache" else tmp_path / "none", root, True))
            assert copy is not None
            assert verify(copy).edition == edition
