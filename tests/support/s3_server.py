"""A real S3 server on loopback: SeaweedFS, from its wheel, in a folder and a process of its own.

``python tests/support/s3_server.py`` starts one to try things by hand, until its input ends.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BUCKET = "team"
TEAM = "tools"
"""The place in the bucket where MEMBER has the rights of a team's member."""

MAINTAINER, MEMBER = "maintainer", "member"
_SECRET = "not-a-secret"
_START_S = 60


def program() -> str | None:
    """The server's program; None where its wheel is not installed."""
    beside = Path(sys.executable).with_name("weed")
    return str(beside) if beside.is_file() else shutil.which("weed")


@dataclass(frozen=True)
class Server:
    """``endpoint`` is its address. MAINTAINER may do everything, MEMBER only read but in TEAM."""

    endpoint: str

    def environment(self, key: str = MAINTAINER) -> Mapping[str, str]:
        """The variables with which a program reaches it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": _SECRET,
            "AWS_REGION": "us-east-1",
        }


@contextmanager
def running() -> Iterator[Server]:
    """The server, until the block ends. A process of its own keeps it: tests open no sockets."""
    with subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as keeper:
        assert keeper.stdin is not None
        assert keeper.stdout is not None
        endpoint = keeper.stdout.readline().strip()
        assert endpoint, "the S3 server did not start"
        try:
            yield Server(endpoint)
        finally:
            keeper.stdin.close()


@contextmanager
def _started() -> Iterator[str]:
    """The address of a server that ends with the block."""
    found = program()
    assert found is not None
    with tempfile.TemporaryDirectory(prefix="skillhouse-s3-") as folder:
        ports = _free_ports(8)
        with (Path(folder) / "log").open("wb") as log:
            process = subprocess.Popen(
                [found, *_arguments(Path(folder), ports)], stdout=log, stderr=log, cwd=folder
            )
            try:
                _wait(process, ports[0], Path(folder) / "log")
                yield f"http://127.0.0.1:{ports[0]}"
            finally:
                process.kill()
                process.wait()


def _arguments(folder: Path, ports: list[int]) -> list[str]:
    (folder / "data").mkdir()
    config = folder / "identities.json"
    config.write_text(json.dumps({"identities": _identities()}))
    s3, s3_grpc, master, master_grpc, volume, volume_grpc, filer, filer_grpc = map(str, ports)
    values = {
        "dir": str(folder / "data"),
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        "master.port": master,
        "master.port.grpc": master_grpc,
        "master.volumeSizeLimitMB": "64",
        "volume.port": volume,
        "volume.port.grpc": volume_grpc,
        "volume.max": "64",
        "filer.port": filer,
        "filer.port.grpc": filer_grpc,
        "filer.localSocket": str(folder / "filer.sock"),
        "s3.port": s3,
        "s3.port.grpc": s3_grpc,
        "s3.port.iceberg": "0",
        "s3.port.lance": "0",
        "s3.localSocket": str(folder / "s3.sock"),
        "s3.config": str(config),
    }
    flags = [f"-{name}={value}" for name, value in values.items()]
    return ["-logtostderr=true", "server", "-s3", "-filer", *flags]


def _identities() -> list[dict[str, object]]:
    def identity(key: str, actions: list[str]) -> dict[str, object]:
        credentials = [{"accessKey": key, "secretKey": _SECRET}]
        return {"name": key, "credentials": credentials, "actions": actions}

    return [
        identity(MAINTAINER, ["Admin", "Read", "Write", "List"]),
        identity(
            MEMBER,
            [
                f"Read:{BUCKET}",
                f"Write:{BUCKET}/{TEAM}/members/*",
                f"List:{BUCKET}/{TEAM}/experiments*",
                f"List:{BUCKET}/{TEAM}/community*",
            ],
        ),
    ]


def _free_ports(count: int) -> list[int]:
    # Kept open together, so that they differ.
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until the bucket can be written."""
    import obstore
    from obstore.exceptions import BaseError
    from obstore.store import S3Store

    store = S3Store(
        BUCKET,
        endpoint=f"http://127.0.0.1:{port}",
        region="us-east-1",
        access_key_id=MAINTAINER,
        secret_access_key=_SECRET,
        client_options={"allow_http": True},
        retry_config={"max_retries": 0},
    )
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(errors="replace")[-2000:]
        try:
            obstore.put(store, "ready", b"1", use_multipart=False)
            obstore.delete(store, "ready")
        except BaseError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log.read_text(errors="replace")[-2000:])


if __name__ == "__main__":
    with _started() as address:
        sys.stdout.write(f"{address}\n")
        sys.stdout.flush()
        sys.stdin.read()
