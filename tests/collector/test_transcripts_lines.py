"""Lines of transcripts that are not as they should be: told, bounded, and the rest is read."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.files.trees import FileRefused, Refusal
from collector.timestamps import NotATimestamp, parse_timestamp
from collector.transcripts import decoding, jsonlines, reading, roots
from collector.transcripts.jsonlines import too_deep
from collector.transcripts.reading import Reading
from collector.transcripts.reconcile import Row, Store

SECRET = "a-secret-of-the-prompt"


def use(number: int, **changes: object) -> dict[str, object]:
    """A record in which the model uses a skill; ``changes`` are of the record or of the call."""
    call: dict[str, object] = {
        "type": "tool_use",
        "id": f"toolu_{number}",
        "name": "Skill",
        "input": {"skill": f"skill-{number}", "args": SECRET},
    }
    record: dict[str, object] = {
        "type": "assistant",
        "cwd": "/x",
        "sessionId": "s",
        "timestamp": f"2026-11-01T10:00:{number % 60:02d}.000Z",
    }
    for name, value in changes.items():
        (call if name in call else record)[name] = value
    record["message"] = {"role": "assistant", "content": [call], "stop_reason": "tool_use"}
    return record


def line(number: int, **changes: object) -> bytes:
    return json.dumps(use(number, **changes)).encode()


def read_lines(folder: Path, data: bytes, checkpoint: bytes | None = None) -> Reading:
    path = folder / "projects/-x/s.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    (found,) = roots.find("claude_code", folder / "projects")
    assert isinstance(found, roots.Found)
    return reading.read(found, checkpoint, lambda cwd, first: "p")


def names(*readings: Reading) -> list[str]:
    return [row.name for row in rows(*readings)]


def rows(*readings: Reading) -> list[Row]:
    store = Store()
    for each in readings:
        store.add(each.facts)
    return sorted(store.rows(), key=lambda row: row.name)


BAD = {
    "torn": (line(5)[:-30], "is not JSON"),
    "not UTF-8": (line(5).replace(b"secret", b"\xff\xfe"), "is not UTF-8"),
    "NUL": (line(5).replace(b"secret", b"\0"), "has a NUL byte"),
    "nesting": (line(5, extra=json.loads("[" * 101 + "]" * 101)), "nests more than 100 deep"),
    "deep nesting": (line(5)[:-1] + b',"x":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "nests more"),
    "no time": (line(5, timestamp=None), "has no time"),
    "naive time": (line(5, timestamp="2026-11-01T10:00:00"), "has a time that is not"),
    "impossible time": (line(5, timestamp="2026-13-01T10:00:00Z"), "has a time that is not"),
    "time of another type": (line(5, timestamp=5), "has a time that is not"),
    "no id": (line(5, id=None), "has no id"),
    "no name": (line(5, input={}), "has no name"),
    "name of another type": (line(5, input={"skill": [SECRET]}), "has a name that is not text"),
    "empty name": (line(5, input={"skill": "  "}), "has an empty name"),
    "long name": (line(5, input={"skill": SECRET * 20}), "has a name of more than 200"),
    "name of two lines": (line(5, input={"skill": f"a\n{SECRET}"}), "has a name with control"),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_use_is_rejected(tmp_path: Path, bad: str) -> None:
    """The reject says line and reason, never a word of the line; the lines around are read."""
    value, reason = BAD[bad]
    result = read_lines(tmp_path, b"\n".join([line(1), value, line(2), b""]))

    assert names(result) == ["skill-1", "skill-2"]
    assert [reject.line for reject in result.rejects] == [2]
    assert result.rejects[0].reason.startswith(reason)
    assert SECRET not in repr(result) and SECRET.encode() not in result.checkpoint


@pytest.mark.parametrize(
    "value",
    [b"[1, 2]", b"7", b'"text"', b"null", b'{"type": 5}', b'{"type": "assistant", "message": 7}',
     b'{"type":"assistant","message":{"content":["tool_use",7,null,{"type":"tool_use"}]}}',
     b'{"type":"user","message":{"content":{"a":1}}}', b"{}", b"  ", b""],
)  # fmt: skip
def test_what_is_no_use_is_ignored(tmp_path: Path, value: bytes) -> None:
    """Lines of other shapes are neither uses nor rejects."""
    result = read_lines(tmp_path, b"\n".join([line(1), value, line(2), b""]))

    assert names(result) == ["skill-1", "skill-2"]
    assert result.rejects == []


@pytest.mark.parametrize("name", ["👩\u200d🔬", "調査\u3000規範", "x" * 200, "plugin:skill", "-"])
def test_names_of_any_script(tmp_path: Path, name: str) -> None:
    """A name may hold any character but control characters."""
    assert names(read_lines(tmp_path, line(1, input={"skill": name}) + b"\n")) == [name]


def test_half_a_character_in_a_text(tmp_path: Path) -> None:
    """Writers that cut texts leave halves of characters: the use before one is still read."""
    tags = "<command-message>tidy</command-message>\n<command-name>/tidy</command-name>\n"
    record = use(1)
    record["type"] = "user"
    record["message"] = {"role": "user", "content": f"{tags}HALF"}
    data = json.dumps(record).encode().replace(b"HALF", b"\\ud83d") + b"\n"

    assert names(read_lines(tmp_path, data)) == ["tidy"]


def test_brackets_in_text_are_no_nesting(tmp_path: Path) -> None:
    """Code in a text may hold any number of brackets."""
    data = line(1, input={"skill": "skill-1", "args": "[{" * 500 + '\\"[' * 200}) + b"\n"

    assert names(read_lines(tmp_path, data)) == ["skill-1"]


@given(st.recursive(st.none() | st.text(max_size=9), lambda each: st.lists(each, max_size=3)))
def test_depth_is_that_of_the_value(value: object) -> None:
    """Nesting is counted as a parser counts it."""

    def depth(each: object) -> int:
        return 1 + max(map(depth, each), default=0) if isinstance(each, list) else 0

    padded = json.dumps(value)
    outer = 101 - depth(value)

    assert not too_deep(("[" * (outer - 1) + padded + "]" * (outer - 1)).encode())
    assert too_deep(("[" * outer + padded + "]" * outer).encode())


def test_windows_line_ends_and_byte_order_mark(tmp_path: Path) -> None:
    """Both are read like any other file."""
    data = b"\xef\xbb\xbf" + b"\r\n".join([line(1), line(2), b""])

    result = read_lines(tmp_path, data)
    assert names(result) == ["skill-1", "skill-2"]
    assert result.rejects == []


def test_a_last_line_without_newline_waits(tmp_path: Path) -> None:
    """Whole or torn, it is read when its newline is there, and only then."""
    first = read_lines(tmp_path, line(1) + b"\n" + line(2))
    second = read_lines(tmp_path, line(1) + b"\n" + line(2) + b"\n", first.checkpoint)

    assert names(first) == ["skill-1"]
    assert names(first, second) == ["skill-1", "skill-2"]
    assert not second.whole


@pytest.mark.parametrize("how", ["replaced", "shortened", "changed in place"])
def test_a_file_that_is_another_one_is_read_again(tmp_path: Path, how: str) -> None:
    """The checkpoint is only good for the file it was made of."""
    data = b"\n".join([line(1), line(2), b""])
    first = read_lines(tmp_path, data)
    other = {
        "replaced": line(7) + b"\n" + b"{}\n" * 4000,
        "shortened": line(7) + b"\n",
        "changed in place": data.replace(b"skill-1", b"skill-7").replace(b"toolu_1", b"toolu_7")
        + line(3)
        + b"\n",
    }[how]
    second = read_lines(tmp_path, other, first.checkpoint)

    assert second.whole
    assert "skill-7" in names(second)


def test_a_line_of_more_than_64_mib(tmp_path: Path) -> None:
    """It is rejected without being held: memory stays bounded, and the next line is read."""
    long = b'{"type":"assistant","x":"' + b"A" * (70 << 20) + b'"}'
    path = tmp_path / "projects/-x/s.jsonl"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\n".join([line(1), long, line(2), b""]))
    program = (
        "import sys, resource; from pathlib import Path;"
        "from collector.transcripts import reading, roots;"
        "limit = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "(found,) = roots.find('claude_code', Path(sys.argv[1]));"
        "read = reading.read(found, None, lambda cwd, first: 'p');"
        "print(len(read.facts.uses), [reject.reason for reject in read.rejects]);"
        "print(1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - limit)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "projects")],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent,
    )
    counted, grown = done.stdout.splitlines()

    assert counted == "2 ['is longer than 64 MiB']"
    assert int(grown) < (64 << 20) + (24 << 20)


def test_a_large_line_is_read(tmp_path: Path) -> None:
    """A picture in a result may take many MiB; the use after it is found."""
    picture = line(1, extra="A" * (20 << 20))

    assert names(read_lines(tmp_path, b"\n".join([picture, line(2), b""]))) == [
        "skill-1",
        "skill-2",
    ]


@given(st.integers(0, 10**9))
def test_passing_over_lines_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Lines that a search passes over are those that decoding each would have ignored."""
    dice = random.Random(seed)
    folder = tmp_path_factory.mktemp("lines")
    other = [
        b'{"type":"user","cwd":"/x","message":{"role":"user","content":"hello"}}',
        b'{"cwd":"/x","type":"attachment","data":{"x":"\xc3\xa9"}}',
        b'{"type":"quantum-latch","state":1}',
        b'{"type":"file-history-snapshot","x":"' + b"y" * 2000 + b'"}',
    ]
    lines = [line(number) if dice.random() < 0.1 else dice.choice(other) for number in range(200)]
    wanted = sorted(json.loads(each)["message"]["content"][0]["input"]["skill"]
                    for each in lines if b'"Skill"' in each)  # fmt: skip
    result = read_lines(folder, b"\n".join([*lines, b""]))

    assert names(result) == wanted
    assert result.records == 200
    assert result.unknown_types == {"quantum-latch": sum(b"quantum" in each for each in lines)} or (
        not any(b"quantum" in each for each in lines)
    )


# Files and folders


def names_found(root: Path) -> tuple[list[str], dict[str, str]]:
    found = list(roots.find("claude_code", root))
    files = [each.candidate.path for each in found if isinstance(each, roots.Found)]
    return files, {each.path: each.reason for each in found if isinstance(each, Refusal)}


def test_only_regular_files_inside_the_root(tmp_path: Path) -> None:
    """Links out, pipes, sockets and folders with a file's name are told and never opened."""
    root, outside = tmp_path / "real", tmp_path / "outside"
    (root / "-x/folder.jsonl").mkdir(parents=True)
    outside.mkdir()
    (outside / "o.jsonl").write_bytes(line(1) + b"\n")
    (root / "-x/good.jsonl").write_bytes(line(1) + b"\n")
    (root / "-x/out.jsonl").symlink_to(outside / "o.jsonl")
    (root / "-x/inside.jsonl").symlink_to(root / "-x/good.jsonl")
    (root / "-out").symlink_to(outside)
    (root / "-loop").symlink_to(root)
    (root / "-x/dangling.jsonl").symlink_to(root / "-x/nothing.jsonl")
    os.mkfifo(root / "-x/pipe.jsonl")
    (tmp_path / "link").symlink_to(root)

    files, refused = names_found(tmp_path / "link")
    assert files == ["-x/good.jsonl"]
    assert refused == {
        "-out": "is a link that leads out of the folder",
        "-x/out.jsonl": "is a link that leads out of the folder",
        "-x/dangling.jsonl": "is a link to what is not a file",
        "-x/folder.jsonl": "is a folder with a file's name",
        "-x/pipe.jsonl": "is not a regular file",
    }


def test_nothing_is_written_under_the_root(tmp_path: Path) -> None:
    """It works on folders of mode 0555, and neither bytes, times nor entries change."""
    read_lines(tmp_path, line(1) + b"\n")
    root = tmp_path / "projects"
    for folder in (root / "-x", root):
        folder.chmod(0o555)

    def looks() -> list[tuple[str, int, int]]:
        return [(str(p), p.stat().st_mtime_ns, p.stat().st_size) for p in sorted(root.rglob("*"))]

    before = looks()
    try:
        (found,) = roots.find("claude_code", root)
        assert isinstance(found, roots.Found)
        assert names(reading.read(found, None, lambda cwd, first: "p")) == ["skill-1"]
        assert looks() == before
    finally:
        for folder in (root, root / "-x"):
            folder.chmod(0o755)


def test_a_pipe_put_in_a_files_place_is_not_waited_for(tmp_path: Path) -> None:
    """Between the look and the opening the file may become something else."""
    read_lines(tmp_path, line(1) + b"\n")
    (found,) = roots.find("claude_code", tmp_path / "projects")
    assert isinstance(found, roots.Found)
    path = tmp_path / "projects/-x/s.jsonl"
    path.unlink()
    os.mkfifo(path)

    with pytest.raises(FileRefused, match="not a file"):
        reading.read(found, None, lambda cwd, first: "p")


def test_a_missing_root_is_empty(tmp_path: Path) -> None:
    """Nobody has all three tools."""
    assert [list(roots.find(tool, tmp_path / "none")) for tool in roots.TOOLS] == [[], [], []]


def test_default_roots(tmp_path: Path) -> None:
    """Each tool's own variables are followed, and the folders are absolute."""
    given = {"CLAUDE_CONFIG_DIR": str(tmp_path / "c"), "CODEX_HOME": str(tmp_path / "x")}

    assert roots.default_root("claude_code", given, tmp_path) == tmp_path / "c/projects"
    assert roots.default_root("codex", given, tmp_path) == tmp_path / "x"
    assert roots.default_root("claude_code", {}, tmp_path) == tmp_path / ".claude/projects"
    assert roots.default_root("codex", {}, tmp_path) == tmp_path / ".codex"
    assert roots.default_root("copilot", {}, tmp_path) == tmp_path / ".copilot/session-state"


@given(
    day=st.tuples(st.integers(1969, 2200), st.integers(0, 13), st.integers(0, 32)),
    time=st.tuples(st.integers(0, 25), st.integers(0, 61), st.integers(0, 61), st.integers(0, 999)),
)
@settings(max_examples=100)
def test_usual_times_are_read_as_others_are(day: tuple[int, ...], time: tuple[int, ...]) -> None:
    """The short way for what clients write gives the instant of the long one, or refuses too."""
    text = "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z".format(*day, *time)
    try:
        at = parse_timestamp(text, UTC).instant
        wanted = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    except NotATimestamp:
        wanted = None

    assert decoding.microseconds(text) == wanted


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ('{"type":"user","x":1}', "user"),
        ('{"a":"b","n":null,"type":"progress","data":{"type":"user"}}', "progress"),
        ('{"a":"\\"type\\":\\"user\\"","type":"progress"}', "progress"),
        ('{"data":{"type":"user"},"type":"progress"}', ""),
        ('{"data":["x"],"type":"progress"}', ""),
        ('{"type": "progress"}', ""),
        ('{"a":1}', ""),
    ],
)
def test_a_lines_type_without_decoding_it(line: str, kind: str) -> None:
    """It is its own and not that of something inside; where that is not sure, there is none."""
    data = bytearray(f'\n{line}\n{{"type":"system"}}\n'.encode())
    found = jsonlines.Found(data, memoryview(data), 1, 2, ())

    assert found.type(1).decode() == kind
