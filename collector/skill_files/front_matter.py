"""The front matter of a skill file: its top-level keys, read without a YAML library.

Front matter is often not YAML (``argument-hint: [a] [b]``, a description with an unquoted colon),
so a parser of YAML would refuse a good part of real files. Of a valid one this reads what YAML
says; of any other, line by line, what its author meant. Nothing here fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import field

from schema.frozen import dataclass

Value = str | list[str]

_FENCE = re.compile(r"---[ \t]*")
_KEY = re.compile(r"""(?P<quote>["']?)(?P<name>[\w.$-]+(?: [\w.$-]+)*)(?P=quote)[ \t]*:(?=\s|$)""")
_BLOCK = re.compile(r"[|>][+-]?\d?[+-]?(?:\s+#.*|\s*)$")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "0": "", "b": "", "a": "", "f": "", "v": "", "e": ""}
_JOINED_LINE = re.compile(r"(?<!\\)((?:\\\\)*)\\\n")
_NOTHING = ("", "~", "null", "Null", "NULL")
_TRUE = ("true", "yes", "on", "y")
_FALSE = ("false", "no", "off", "n")


@dataclass(frozen=True)
class FrontMatter:
    """The keys of a file's front matter, in lower case, and the ``body`` after it.

    ``nested`` are the keys below a key without a value of its own, such as ``metadata``.
    """

    body: str
    values: dict[str, Value] = field(default_factory=dict)
    nested: dict[str, dict[str, Value]] = field(default_factory=dict)

    def text(self, key: str) -> str | None:
        """The text of a key; None where it is missing or empty."""
        value = self.values.get(key)
        return _text(value)

    def nested_text(self, outer: str, key: str) -> str | None:
        """The text of a key below another; None where it is missing or empty."""
        return _text(self.nested.get(outer, {}).get(key))

    def list(self, key: str) -> list[str]:
        """The texts of a list; a plain text is split at its commas."""
        value = self.values.get(key, [])
        if isinstance(value, str):
            value = value.split(",")
        return [each.strip() for each in value if each.strip()]

    def flag(self, key: str) -> bool | None:
        """The value of a flag; None where it is missing or no flag."""
        word = (self.text(key) or "").lower()
        return True if word in _TRUE else False if word in _FALSE else None


def read(text: str) -> FrontMatter:
    """Split a file's text into its front matter and its body."""
    text = text.removeprefix("\ufeff")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    start = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if not _FENCE.fullmatch(lines[start]):
        return FrontMatter("\n".join(lines))
    for end in range(start + 1, len(lines)):
        if _FENCE.fullmatch(lines[end]):
            found = FrontMatter("\n".join(lines[end + 1 :]))
            _fill(found, lines[start + 1 : end])
            return found
    return FrontMatter("\n".join(lines))


def _fill(found: FrontMatter, lines: Sequence[str]) -> None:
    for name, first, rest in _entries(lines):
        if not first and _is_mapping(rest):
            inner = found.nested.setdefault(name, {})
            for key, head, below in _entries(_dedented(rest)):
                inner.setdefault(key, _value(head, below))
            continue
        # As in YAML, the last of two equal keys counts.
        found.values[name] = _value(first, rest)


def _entries(lines: Sequence[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Each top-level key with what follows it on its line, and the lines that belong to it."""
    name, first, rest = "", "", list[str]()
    for line in lines:
        match = None if line[:1] in " \t" else _KEY.match(line)
        if match is None:
            rest.append(line)
            continue
        if name:
            yield name, first, rest
        name, first, rest = match["name"].lower(), line[match.end() :].strip(), []
    if name:
        yield name, first, rest


def _is_mapping(rest: Sequence[str]) -> bool:
    content = [line for line in rest if line.strip() and not line.lstrip().startswith("#")]
    return bool(content) and content[0][:1] in " \t" and bool(_KEY.match(content[0].lstrip()))


def _dedented(lines: Sequence[str]) -> list[str]:
    content = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    width = len(content[0]) - len(content[0].lstrip())
    return [line[width:] if not line[:width].strip() else line for line in content]


def _value(first: str, rest: Sequence[str]) -> Value:
    if not first or first.startswith("#"):
        items = _items(rest)
        if items is not None:
            return items
        first, rest = _on_next_line(rest)
    if _BLOCK.match(first):
        return _block(first[0], rest)
    if first[:1] in ("'", '"'):
        quoted = _quoted(first, rest)
        if quoted is not None:
            return quoted
    if first[:1] == "[":
        flow = _flow("\n".join([first, *rest]))
        if flow is not None:
            return flow
    return _plain(first, rest)


def _on_next_line(rest: Sequence[str]) -> tuple[str, Sequence[str]]:
    """A value that begins on the line after its key, and the lines after that one."""
    for number, line in enumerate(rest):
        if line.strip() and not line.lstrip().startswith("#"):
            return line.strip(), rest[number + 1 :]
    return "", ()


def _block(style: str, rest: Sequence[str]) -> str:
    """A block scalar: ``|`` keeps its lines, ``>`` joins them."""
    content = [line for line in rest if line.strip()]
    if not content:
        return ""
    width = min(len(line) - len(line.lstrip(" ")) for line in content)
    lines = [line[width:] for line in rest]
    if style == "|":
        return "\n".join(lines).strip("\n")
    return _folded(lines)


def _folded(lines: Sequence[str]) -> str:
    parts: list[str] = []
    for line in lines:
        if not line.strip():
            parts.append("\n")
        elif parts and parts[-1] != "\n":
            parts.append(" " + line)
        else:
            parts.append(line)
    return "".join(parts).strip("\n")


def _quoted(first: str, rest: Sequence[str]) -> str | None:
    """A quoted text, over several lines perhaps; None where the quote is not closed."""
    quote = first[0]
    whole = "\n".join([first, *(line.strip() for line in rest)])
    at = 1
    while at < len(whole):
        if quote == '"' and whole[at] == "\\":
            at += 2
            continue
        if whole[at] == quote:
            if quote == "'" and whole[at + 1 : at + 2] == "'":
                at += 2
                continue
            break
        at += 1
    else:
        return None
    after = whole[at + 1 :].strip()
    if after and not after.startswith("#"):
        # A text that begins with a quoted word.
        return None
    inner = whole[1:at]
    if quote == '"':
        inner = _JOINED_LINE.sub(r"\1", inner)
    inner = _folded(inner.split("\n"))
    return inner.replace("''", "'") if quote == "'" else _ESCAPE.sub(_unescaped, inner)


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code:
        number = int(code, 16)
        is_character = number < 0x110000 and not 0xD800 <= number < 0xE000
        return chr(number) if is_character else "\ufffd"
    return _ESCAPED.get(match[4], match[4])


def _flow(text: str) -> list[str] | None:
    """A list in brackets; None where it is not a list to its end."""
    end = text.find("]")
    after = text[end + 1 :].strip()
    if end < 0 or "[" in text[1:end] or (after and not after.startswith("#")):
        return None
    return [_bare(each) for each in _split(text[1:end]) if each.strip()]


def _split(text: str) -> list[str]:
    """A text at its commas, but for those within quotes."""
    return re.findall(r"""(?:"[^"]*"|'[^']*'|[^,"'])+|["']""", text.replace("\n", " "))


def _items(rest: Sequence[str]) -> list[str] | None:
    """A list of lines that begin with ``-``; None where these are no list."""
    content = [line.strip() for line in rest if line.strip() and not line.lstrip().startswith("#")]
    if not content or not content[0].startswith("-"):
        return None
    items: list[str] = []
    for line in content:
        if line == "-" or line.startswith("- "):
            items.append(line[1:].strip())
        elif items:
            items[-1] = f"{items[-1]} {line}"
    return [_bare(each) for each in items]


def _plain(first: str, rest: Sequence[str]) -> str:
    lines = [first, *(line.strip() for line in rest)]
    kept: list[str] = []
    for line in lines:
        comment = _COMMENT.search(line)
        kept.append(line[: comment.start()].rstrip() if comment else line)
        if comment and line[: comment.start()].strip():
            # As in YAML, a comment ends a plain text.
            break
    return _folded(kept).strip()


def _bare(item: str) -> str:
    item = item.strip()
    if item[:1] in ("'", '"'):
        quoted = _quoted(item, ())
        if quoted is not None:
            return quoted
    return _plain(item, ())


def _text(value: Value | None) -> str | None:
    if value is None:
        return None
    text = " ".join(value) if isinstance(value, list) else value
    return None if text.strip() in _NOTHING else text
