"""Where a team's objects lie: a folder that all can reach, or a bucket.

An object is read whole and written whole, in one request, so nobody ever sees half of one. Only
this module knows `obstore`, which a folder does not need.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar
from urllib.parse import urlsplit

from aggregator.team.folder_store import FolderStore, check_key
from schema.errors import (
    ExtraMissing,
    ObjectChanged,
    ObjectMissing,
    StoreDenied,
    StoreUnreachable,
    TeamError,
    UsageError,
)
from schema.frozen import dataclass
from schema.settings import absolute

T = TypeVar("T")
BUCKETS = ("s3", "gs", "az")
MEMBERS, EXPERIMENTS, COMMUNITY = "members/", "experiments/", "community/"
"""What the keys of members' objects, of experiments and of what a rollup publishes begin with."""


class Stored(NamedTuple):
    """An object: its bytes, and the e-tag that stands for this version of it."""

    data: bytes
    etag: str


class Entry(NamedTuple):
    """An object of a listing."""

    key: str
    size_bytes: int


class Store(Protocol):
    """Objects by key. ``url`` is how people name the store.

    Every method raises StoreUnreachable, after three tries in at most 30 s, or StoreDenied.
    """

    @property
    def url(self) -> str: ...

    @property
    def is_folder(self) -> bool: ...

    def get(self, key: str, *, at_most: int | None = None) -> Stored:
        """The whole object. ObjectMissing; StoreDenied if it has more than ``at_most`` bytes."""
        ...

    def etag(self, key: str) -> str | None:
        """The e-tag of the object as it is now, None without one. Costs one HEAD."""
        ...

    def put(self, key: str, data: bytes, *, expected_etag: str | None) -> str:
        """Replace the version with that e-tag; with None, create an object that is not there.

        Returns the e-tag. ObjectChanged if the store has another version, and nothing is written.
        """
        ...

    def overwrite(self, key: str, data: bytes) -> str:
        """Write an object whatever is there; returns its e-tag."""
        ...

    def list(self, prefix: str) -> Iterator[Entry]:
        """The objects whose keys begin with ``prefix``, which ends with a slash. In no order."""
        ...

    def delete(self, key: str) -> bool:
        """Delete an object; whether there was one, as far as the store tells."""
        ...

    def folders(self, prefix: str) -> Sequence[str]:
        """The names that follow ``prefix``, which ends with a slash, and have objects below them.

        Also names that have only what a killed writer left.
        """
        ...

    def delete_folder(self, prefix: str) -> None:
        """Delete whatever lies below ``prefix``, which ends with a slash; also nothing."""
        ...

    def prepare(self) -> None:
        """Make what a new team needs, with its rights. A bucket needs nothing."""
        ...

    def is_bare(self) -> bool:
        """Whether it is an empty folder, as one is whose file system is not mounted."""
        ...


def open_store(url: str, *, large: bool = False) -> Store:
    """The store that a path or a URL names; nothing is asked of it yet.

    ``large``: objects of many megabytes are written, which may take minutes. Raises UsageError for
    a URL that names none, and ExtraMissing.
    """
    scheme = urlsplit(url).scheme if "://" in url else ""
    if not scheme:
        return FolderStore(Path(canonical(url)))
    if scheme not in BUCKETS:
        raise UsageError(
            f"{scheme}:// is not a team's store.",
            "Name a folder, or a bucket: s3://bucket/team, gs://bucket/team, az://account/container/team",
        )
    return BucketStore(url, large=large)


def canonical(url: str) -> str:
    """The URL as it is kept: a folder by its full path, a bucket without slash at the end.

    UsageError for one without any characters, as of a variable that is not set.
    """
    scheme, separator, rest = url.partition("://")
    if separator:
        return f"{scheme.lower()}://{rest.rstrip('/')}"
    if not url.strip():
        raise UsageError("No folder or bucket is named.", "For example: /mnt/team")
    return str(absolute(Path(url)))


def is_same_place(one: str, other: str) -> bool:
    """Whether two URLs, as they are kept, name one place: a folder may be reached in many ways."""
    if one == other or "://" in one or "://" in other:
        return one == other
    return os.path.realpath(one) == os.path.realpath(other)


@dataclass(frozen=True)
class _Limits:
    """Seconds; three tries must fit into 30."""

    connect: int = 5
    read: int = 9
    whole: int = 9


_SMALL, _LARGE = _Limits(), _Limits(whole=600)
_TRIES = 3
_LAST_TRY_S = 20
"""A try that begins later would end after 30 s."""

_PAUSE_S = 0.3
_LOOPBACK = re.compile(r"^http://(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?(/|$)")
_STATUS = re.compile(r"status code[:=]? *(\d{3})|status: (\d{3})|\b([45]\d\d) [A-Z][a-z]+")


class BucketStore:
    """A bucket of S3, Google Cloud Storage or Azure, with the credentials of the environment."""

    is_folder = False

    def __init__(self, url: str, *, large: bool = False) -> None:
        parts = urlsplit(url)
        if parts.username or parts.password or parts.query or parts.fragment or not parts.netloc:
            raise UsageError(
                "The URL of a bucket is a scheme, a name and a prefix, nothing else.",
                "For example: s3://bucket/team. Credentials belong in the environment.",
            )
        self.url = canonical(url)
        self._bucket = parts.netloc
        # Google's generations stand for versions where others have e-tags.
        self._version = "version" if parts.scheme == "gs" else "e_tag"
        self._obstore, self._store = _opened(self.url, _LARGE if large else _SMALL)

    def get(self, key: str, *, at_most: int | None = None) -> Stored:
        """The whole object, in one GET."""
        check_key(key)

        def read() -> Stored:
            found = self._obstore.get(self._store, key)
            if at_most is not None and found.meta["size"] > at_most:
                raise StoreDenied(
                    f"{self.url}/{key} has {found.meta['size']:,} bytes, at most {at_most:,} are"
                    " read.",
                    "Its author has to write it again.",
                )
            return Stored(bytes(found.bytes()), self._etag_of(found.meta))

        return self._tried(key, "Reading", read)

    def etag(self, key: str) -> str | None:
        """The e-tag of the object as it is now, from one HEAD."""
        check_key(key)
        try:
            return self._tried(
                key, "Reading", lambda: self._etag_of(self._obstore.head(self._store, key))
            )
        except ObjectMissing:
            return None

    def put(self, key: str, data: bytes, *, expected_etag: str | None) -> str:
        """One conditional PUT."""
        mode = "create" if expected_etag is None else {self._version: expected_etag}
        return self._put(key, data, mode)

    def overwrite(self, key: str, data: bytes) -> str:
        """One PUT."""
        return self._put(key, data, "overwrite")

    def _put(self, key: str, data: bytes, mode: str | Mapping[str, str]) -> str:
        check_key(key)
        tries = 0

        def write() -> str:
            nonlocal tries
            tries += 1
            # Not in parts, which take several requests.
            done = self._obstore.put(self._store, key, data, mode=mode, use_multipart=False)
            return self._etag_of(done)

        try:
            return self._tried(key, "Writing", write)
        except (ObjectMissing, ObjectChanged):
            # A try whose answer was lost may have written the object that is there.
            if tries > 1:
                with suppress(ObjectMissing):
                    present = self.get(key)
                    if present.data == data:
                        return present.etag
            raise _changed(f"{self.url}/{key}") from None

    def list(self, prefix: str) -> Iterator[Entry]:
        """One listing request for each thousand objects."""

        def pages() -> list[Entry]:
            return [
                Entry(str(found["path"]), int(found["size"]))
                for page in self._obstore.list(self._store, prefix.rstrip("/"))
                for found in page
                if found["path"].startswith(prefix)
            ]

        yield from self._tried(prefix, "Listing", pages)

    def delete(self, key: str) -> bool:
        """One DELETE. Stores do not tell whether there was one."""
        check_key(key)
        try:
            self._tried(key, "Deleting", lambda: self._obstore.delete(self._store, key))
        except ObjectMissing:
            return False
        return True

    def folders(self, prefix: str) -> Sequence[str]:
        """From one listing request for each thousand objects."""
        below = (entry.key.removeprefix(prefix).partition("/") for entry in self.list(prefix))
        return sorted({name for name, slash, _ in below if slash})

    def delete_folder(self, prefix: str) -> None:
        """One DELETE for each object."""
        for entry in self.list(prefix):
            self.delete(entry.key)

    def prepare(self) -> None:
        """Nothing: a bucket needs no folders, and its rights are its owner's to set."""

    def is_bare(self) -> bool:
        """No: a bucket that is not there says so."""
        return False

    def _tried(self, key: str, doing: str, request: Callable[[], T]) -> T:
        """What a request gives. One that gets no answer is made three times in at most 30 s.

        Errors become ours; their texts may name credentials, so none is passed on.
        """
        began = time.monotonic()
        for attempt in range(1, _TRIES + 1):
            try:
                return request()
            except StoreDenied:
                raise
            except (self._obstore.exceptions.BaseError, OSError) as exc:
                error = self._translated(exc, f"{self.url}/{key}", doing)
                last = attempt == _TRIES or time.monotonic() - began > _LAST_TRY_S
                if last or not isinstance(error, StoreUnreachable):
                    raise error from None
            time.sleep(_PAUSE_S * attempt)
        raise AssertionError

    def _etag_of(self, found: Any) -> str:
        etag = found[self._version]
        if not etag:
            raise StoreDenied(
                f"{self.url} gives no e-tags, without which nothing can be replaced safely.",
                "Use a store that does: S3, Google Cloud Storage, Azure, or a folder.",
            )
        return str(etag)

    def _translated(self, exc: Exception, place: str, doing: str) -> TeamError:
        errors, said = self._obstore.exceptions, str(exc)
        if "NoSuchBucket" in said:
            return StoreDenied(
                f"There is no bucket {self._bucket}.", "Check the URL, or create the bucket."
            )
        if isinstance(exc, FileNotFoundError):
            return ObjectMissing(f"{place} is not there.", "Check the URL of the team.")
        if isinstance(exc, errors.PreconditionError | errors.AlreadyExistsError):
            return _changed(place)
        if isinstance(exc, errors.PermissionDeniedError | errors.UnauthenticatedError):
            return _refused(place, doing)
        if "builder error" in said:
            return StoreDenied(
                f"{self.url} would be reached without encryption.",
                "Use https, or set AWS_ALLOW_HTTP=true if you know the network.",
            )
        status = _status_of(said)
        if status in (409, 412):
            return _changed(place)
        if status is not None and 400 <= status < 500 and status not in (408, 429):
            return _refused(place, doing)
        return StoreUnreachable(
            f"{self.url} does not answer.",
            f"Tried {_TRIES} times. Check the network, and try again later.",
        )


def _opened(url: str, limits: _Limits) -> tuple[Any, Any]:
    """The library, and the store of a URL with its limits."""
    from datetime import timedelta

    try:
        import obstore
        import obstore.exceptions
        import obstore.store
    except ModuleNotFoundError:
        raise ExtraMissing("team", "A team's bucket") from None
    client: dict[str, Any] = {
        "connect_timeout": timedelta(seconds=limits.connect),
        "read_timeout": timedelta(seconds=limits.read),
        "timeout": timedelta(seconds=limits.whole),
    }
    # Nobody can listen on the way to this machine itself; elsewhere it takes AWS_ALLOW_HTTP.
    if _LOOPBACK.match(os.environ.get("AWS_ENDPOINT_URL", os.environ.get("AWS_ENDPOINT", ""))):
        client["allow_http"] = True
    # Its own tries leave out a PUT that got no answer, and wait longer than anybody would.
    retries = {"max_retries": 0}
    # One DELETE for one object, not the request that deletes many.
    config = {"disable_bulk_delete": True} if url.startswith("s3:") else {}
    opener: Any = obstore.store.from_url
    try:
        store = opener(url, config=config, client_options=client, retry_config=retries)
    except (obstore.exceptions.BaseError, ValueError):
        raise UsageError(
            f"{url} does not name a bucket, or the environment's settings of it are wrong.",
            "For example: s3://bucket/team, with AWS_REGION or AWS_ENDPOINT_URL set;"
            " az://account/container/team",
        ) from None
    return obstore, store


def _status_of(said: str) -> int | None:
    found = _STATUS.search(said)
    return None if found is None else int(next(each for each in found.groups() if each))


def _refused(place: str, doing: str) -> StoreDenied:
    return StoreDenied(
        f"{doing} {place} was refused.",
        "Check the credentials in the environment and the rights that `team init` prints.",
    )


def _changed(place: str) -> ObjectChanged:
    return ObjectChanged(f"{place} was changed in the meantime.", "Run the command again.")
