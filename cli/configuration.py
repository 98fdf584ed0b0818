"""What a person set once for all commands: a TOML file in the platform's folder for settings.

Of a value on the command line, in the environment and in the file, the first that is there counts;
then the default.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from aggregator.parameters import EARLIER_DAYS, LISTING_BUDGET, RECENT_DAYS
from cli.terminal import THEMES
from schema.errors import BadDate, SystemRefused, UsageError
from schema.frozen import dataclass
from schema.settings import (
    PREFIX,
    TIMEZONE_VARIABLE,
    WAREHOUSE_VARIABLE,
    absolute,
    plain_folder,
)

Source = Literal["environment", "file", "default"]
Value = str | int | list[str]

FILE_VARIABLE = f"{PREFIX}CONFIG"
_KINDS = ("all", "skill", "agent")
_COLORS = ("auto", "always", "never")
_MAX_LIMIT = 1_000_000
_MAX_DAYS = 3_650


def _path(text: str) -> Value:
    return str(absolute(Path(text)))


def _zone(text: str) -> Value:
    from schema.zones import check_zone

    return check_zone(text)


def _span(text: str) -> Value:
    from aggregator.dates import parse_period
    from schema.warehouse import now_utc

    if text.strip().lower() != "all":
        try:
            parse_period(text, now_utc(), "UTC")
        except BadDate as exc:
            # The option that a period usually comes from was not given.
            raise BadDate(exc.message, exc.hint) from None
    return text.strip().lower()


def _limit(text: str) -> Value:
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= _MAX_LIMIT:
        raise UsageError(f"{text!r} is not a number from 1 to {_MAX_LIMIT}.", "For example: 20")
    return int(text)


def _days(text: str) -> Value:
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= _MAX_DAYS:
        raise UsageError(f"{text!r} is not a number from 1 to {_MAX_DAYS}.", "For example: 30")
    return int(text)


def _projects(text: str) -> Value:
    return [each.strip() for each in text.split(",") if each.strip()]


def _text(text: str) -> Value:
    return text


def _one_of(words: tuple[str, ...]) -> Callable[[str], Value]:
    def checked(text: str) -> Value:
        if text not in words:
            raise UsageError(f"{text!r} is not one of {', '.join(words)}.")
        return text

    return checked


@dataclass(frozen=True)
class Setting:
    """One setting: what it decides, its variable of the environment, and how a text is checked."""

    name: str
    about: str
    default: str
    check: Callable[[str], Value]
    variable: str = ""

    def __post_init__(self) -> None:
        if not self.variable:
            object.__setattr__(self, "variable", PREFIX + self.name.upper())


SETTINGS = (
    Setting("warehouse", "The warehouse file.", "in the data folder", _path, WAREHOUSE_VARIABLE),
    Setting(
        "timezone",
        "The time zone of a new warehouse and of new projects.",
        "this machine's",
        _zone,
        TIMEZONE_VARIABLE,
    ),
    Setting("span", "The default span, such as 90d.", "the command's", _span),
    Setting("kind", "Skills, agents, or all.", "all", _one_of(_KINDS)),
    Setting("projects", "Only these projects, separated by commas.", "all active", _projects),
    Setting("limit", "Maximum number of rows of lists.", "20", _limit),
    Setting("color", "Colors: auto, always or never.", "auto", _one_of(_COLORS)),
    Setting("theme", "Colors for a dark or a light terminal.", "auto", _one_of(THEMES)),
    Setting("pager", "The pager for long answers; never: no pager.", "$PAGER, or less", _text),
    Setting("recent_days", "Days that are compared with those before them.", "30", _days),
    Setting("earlier_days", "Days before them that they are compared with.", "90", _days),
    Setting(
        "listing_budget",
        "Characters that a model is shown of a project's skills.",
        f"{LISTING_BUDGET:,}",
        _limit,
    ),
)


@dataclass(frozen=True)
class Set:
    """A setting's value, and where it was found; None where only the default applies."""

    setting: Setting
    value: Value | None
    source: Source


def setting(name: str) -> Setting:
    """The setting of that name. UsageError for any other."""
    for each in SETTINGS:
        if each.name == name:
            return each
    raise UsageError(
        f"There is no setting named {name!r}.",
        f"Settings: {', '.join(each.name for each in SETTINGS)}.",
    )


def file_path(environ: Mapping[str, str] | None = None) -> Path:
    """The file, whether it is there or not. SystemRefused where the user has no home folder."""
    env = os.environ if environ is None else environ
    if named := env.get(FILE_VARIABLE):
        return absolute(Path(named))
    if (folder := plain_folder("XDG_CONFIG_HOME", ".config")) is not None:
        return folder / "config.toml"
    from platformdirs import user_config_path

    try:
        return user_config_path("skillhouse", appauthor=False) / "config.toml"
    except RuntimeError:
        raise SystemRefused(
            "There is no home folder for settings.", f"Set HOME, or {FILE_VARIABLE}."
        ) from None


class Configuration:
    """The settings of one run."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        """UsageError where the file cannot be read, or holds no such setting or value."""
        self._env = os.environ if environ is None else environ
        try:
            self.path: Path | None = file_path(self._env)
        except SystemRefused:
            self.path = None
        self._in_file = {} if self.path is None else _read(self.path)

    def found(self, of: Setting) -> Set:
        """The value that counts where the command line names none. UsageError for a wrong one."""
        if text := self._env.get(of.variable):
            return Set(of, _checked(of, text, of.variable), "environment")
        if of.name in self._in_file:
            return Set(of, self._in_file[of.name], "file")
        return Set(of, None, "default")

    def text(self, name: str) -> str | None:
        """The value of a setting that is a text; None where only the default applies."""
        value = self.found(setting(name)).value
        return None if value is None else str(value)

    @staticmethod
    def nothing(name: str) -> None:
        """What ``text`` answers where no setting counts."""

    def number(self, name: str, default: int) -> int:
        """The value of a setting that is a number."""
        value = self.found(setting(name)).value
        return value if isinstance(value, int) else default

    @property
    def compared_days(self) -> tuple[int, int]:
        """How many recent days are compared, and with how many days before them."""
        return (
            self.number("recent_days", RECENT_DAYS),
            self.number("earlier_days", EARLIER_DAYS),
        )

    def defaults(self) -> dict[str, Value]:
        """The values of options, by the name of the option's parameter."""
        parameters = {"period": "span", "kind": "kind", "project": "projects", "limit": "limit"}
        found = {name: self.found(setting(each)).value for name, each in parameters.items()}
        return {name: value for name, value in found.items() if value is not None}


def _checked(of: Setting, text: str, place: str) -> Value:
    try:
        return of.check(text)
    except UsageError as error:
        raise UsageError(
            f"{place}: {error.message}", error.hint or f"{of.name}: {of.about}"
        ) from None


def _read(path: Path) -> dict[str, Value]:
    try:
        content = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8"
        raise UsageError(
            f"The settings in {path} cannot be read: {reason}.", "Repair or remove the file."
        ) from None
    import tomllib

    try:
        found = tomllib.loads(content)
    except (tomllib.TOMLDecodeError, RecursionError) as exc:
        raise UsageError(
            f"The settings in {path} are not TOML: {exc}.", "Repair or remove the file."
        ) from None
    return {name: _of_file(path, name, value) for name, value in found.items()}


def _of_file(path: Path, name: str, value: object) -> Value:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        text = ",".join(value)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        text = str(value)
    else:
        raise UsageError(
            f"{path}: {name} is not a text, a number or a list of texts.", "Mend the file."
        )
    try:
        return _checked(setting(name), text, f"{path}: {name}")
    except UsageError as error:
        if error.message.startswith("There is no setting"):
            raise UsageError(f"{path}: {error.message}", error.hint) from None
        raise


def write_setting(of: Setting, text: str | None) -> Path:
    """Write a setting into the file, or remove it; the rest of the file stays as it is.

    UsageError for a value that it cannot have; SystemRefused where the file cannot be written.
    """
    import tomlkit

    value = None if text is None else of.check(text)
    path = file_path()
    _read(path)
    try:
        content = tomlkit.parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        content = tomlkit.document()
    if value is not None:
        content[of.name] = value
    elif of.name in content:
        del content[of.name]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replacement = path.with_name(f".{path.name}.{os.getpid()}")
        replacement.write_text(tomlkit.dumps(content), encoding="utf-8")
        # Of one piece: nobody reads half a file, and a link to it stays a link.
        replacement.replace(path.resolve())
    except OSError as exc:
        raise SystemRefused.of(exc, f"The file {path}", "Check who owns it.") from exc
    return path
