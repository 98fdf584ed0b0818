"""A sentence model of a few words, written as its format is: a table from words to vectors."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

Vector = Sequence[float]
FLOAT, INT64 = 1, 7
VARINT, BYTES = 0, 2
UNKNOWN = "[UNK]"


def write_model(folder: Path, meanings: Mapping[str, Vector]) -> Path:
    """``model.onnx`` and ``tokenizer.json``; a word of no meaning counts as nothing."""
    from tokenizers import Tokenizer, normalizers, pre_tokenizers
    from tokenizers.models import WordLevel

    folder.mkdir(parents=True, exist_ok=True)
    words = [UNKNOWN, *meanings]
    numbers = {word: number for number, word in enumerate(words)}
    tokenizer = Tokenizer(WordLevel(numbers, unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    width = len(next(iter(meanings.values())))
    table = [[0.0] * width, *meanings.values()]
    (folder / "model.onnx").write_bytes(_model(table))
    return folder


def _model(table: Sequence[Vector]) -> bytes:
    rows, width = len(table), len(table[0])
    raw = b"".join(struct.pack(f"<{width}f", *row) for row in table)
    weights = _fields(
        [(1, rows), (1, width), (2, FLOAT), (8, b"table"), (9, raw)],
    )
    gather = _fields([(1, b"table"), (1, b"input_ids"), (2, b"states"), (4, b"Gather")])
    graph = _fields(
        [
            (1, gather),
            (2, b"tiny"),
            (5, weights),
            (11, _value(b"input_ids", INT64, (b"batch", b"tokens"))),
            (12, _value(b"states", FLOAT, (b"batch", b"tokens", b"width"))),
        ]
    )
    return _fields([(1, 8), (7, graph), (8, _fields([(1, b""), (2, 13)]))])


def _value(name: bytes, kind: int, shape: Iterable[bytes]) -> bytes:
    dimensions = _fields([(1, _fields([(2, each)])) for each in shape])
    return _fields([(1, name), (2, _fields([(1, _fields([(1, kind), (2, dimensions)]))]))])


def _fields(values: Iterable[tuple[int, int | bytes]]) -> bytes:
    """A message of protocol buffers."""
    found = b""
    for number, value in values:
        if isinstance(value, int):
            found += _varint(number << 3 | VARINT) + _varint(value)
        else:
            found += _varint(number << 3 | BYTES) + _varint(len(value)) + value
    return found


def _varint(value: int) -> bytes:
    found = b""
    while value > 127:
        found += bytes([value & 127 | 128])
        value >>= 7
    return found + bytes([value])
