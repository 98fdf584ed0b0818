"""Spark, through Spark Connect: any cluster of Spark 4. Only this module knows ``pyspark``."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aggregator.team.engines.engine import Engine, Row
from schema.errors import EngineFailed, ExtraMissing, StoreUnreachable, UsageError

if TYPE_CHECKING:
    from aggregator.team.weekly_rollup import Inputs

EXTRA = "spark"
DEFAULT_PORT = 15002
_TRIES, _IN_ALL_S = 3, 30.0


class SparkEngine:
    """All tables are URLs of Parquet files as the cluster names them."""

    def __init__(self, session: Any, counters: Sequence[str], asked: str, assigned: str) -> None:
        self._session = session
        self._kept: list[Any] = []
        with _translated():
            # Days are days in every zone, but a cluster's own settings shall change nothing.
            session.conf.set("spark.sql.session.timeZone", "UTC")
            session.read.parquet(*counters).createOrReplaceTempView("counters")
            session.read.parquet(asked).createOrReplaceTempView("asked")
            session.read.parquet(assigned).createOrReplaceTempView("assigned")

    @property
    def name(self) -> str:
        return f"Spark {self._session.version}"

    def create(self, name: str, sql: str) -> None:
        with _translated():
            made = self._session.sql(sql).persist()
            made.createOrReplaceTempView(name)
            self._kept.append(made)

    def rows(self, sql: str) -> list[Row]:
        with _translated():
            return [tuple(row) for row in self._session.sql(sql).collect()]

    def close(self) -> None:
        with _translated():
            for each in self._kept:
                each.unpersist()
            self._session.stop()


def connected(url: str, store_url: str) -> Callable[[Inputs], Engine]:
    """Makes the engine on the cluster that ``url`` names, when it is known what it reads.

    ``store_url`` is how the cluster names the team's store. Raises UsageError for a URL that names
    no Spark Connect, ExtraMissing, and StoreUnreachable where nobody answers there.
    """
    parts = urlsplit(url)
    if parts.scheme != "sc" or not parts.hostname:
        raise UsageError(f"{url!r} does not name Spark Connect.", "For example: sc://host:15002")
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise ExtraMissing(EXTRA, "A rollup on Spark") from None
    _expect_answer(parts.hostname, parts.port or DEFAULT_PORT)
    if "://" not in store_url:
        store_url = f"file://{store_url}"

    def make(inputs: Inputs) -> Engine:
        named = [f"{store_url.rstrip('/')}/{key}" for key in inputs.keys]
        *counters, asked, assigned = named
        with _translated():
            session = SparkSession.builder.remote(url).create()
        return SparkEngine(session, counters, asked, assigned)

    return make


def _expect_answer(host: str, port: int) -> None:
    """The client itself would try for a quarter of an hour."""
    end = time.monotonic() + _IN_ALL_S
    for attempt in range(_TRIES):
        try:
            with socket.create_connection((host, port), timeout=_IN_ALL_S / _TRIES):
                return
        except OSError:
            if attempt + 1 < _TRIES:
                time.sleep(min(1.0, max(0.0, end - time.monotonic())))
    raise StoreUnreachable(
        f"Spark Connect at {host}:{port} does not answer.",
        "Start it, or use the engine duckdb, which needs nothing.",
    )


@contextmanager
def _translated() -> Iterator[None]:
    """What Spark says in pages, in a sentence: the first line of it."""
    from pyspark.errors import PySparkException

    try:
        yield
    except PySparkException as exc:
        first = (str(exc).strip().splitlines() or [type(exc).__name__])[0][:300]
        raise EngineFailed(
            f"Spark could not count: {first}",
            "Check that the cluster can read the team's store, or use the engine duckdb.",
        ) from None
