"""A team's store that notes what is asked of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from aggregator.team.store import Entry, Store, Stored, open_store


class Watched:
    """A store that notes every request, and does something first where a test asks for it."""

    def __init__(self, url: str) -> None:
        self._store = open_store(url)
        self.url = self._store.url
        self.is_folder = self._store.is_folder
        self.requests: list[str] = []
        self.before: Callable[[str], object] = lambda request: None
        self.after: Callable[[str], object] = lambda request: None

    def __call__(self, url: str) -> Store:
        assert url == self.url
        return self

    def _noted(self, request: str, ask: Callable[[], Any]) -> Any:
        self.requests.append(request)
        self.before(request)
        try:
            return ask()
        finally:
            self.after(request)

    def get(self, key: str, *, at_most: int | None = None) -> Stored:
        found: Stored = self._noted(f"get {key}", lambda: self._store.get(key, at_most=at_most))
        return found

    def etag(self, key: str) -> str | None:
        found: str | None = self._noted(f"head {key}", lambda: self._store.etag(key))
        return found

    def put(self, key: str, data: bytes, *, expected_etag: str | None) -> str:
        return str(
            self._noted(
                f"put {key}", lambda: self._store.put(key, data, expected_etag=expected_etag)
            )
        )

    def overwrite(self, key: str, data: bytes) -> str:
        return str(self._noted(f"put {key}", lambda: self._store.overwrite(key, data)))

    def list(self, prefix: str) -> Iterator[Entry]:
        yield from self._noted(f"list {prefix}", lambda: list(self._store.list(prefix)))

    def delete(self, key: str) -> bool:
        return bool(self._noted(f"delete {key}", lambda: self._store.delete(key)))

    def folders(self, prefix: str) -> Sequence[str]:
        found: Sequence[str] = self._noted(f"list {prefix}", lambda: self._store.folders(prefix))
        return found

    def delete_folder(self, prefix: str) -> None:
        self._noted(f"delete {prefix}", lambda: self._store.delete_folder(prefix))

    def prepare(self) -> None:
        self._store.prepare()

    def is_bare(self) -> bool:
        return self._store.is_bare()
