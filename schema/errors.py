"""Every error this product raises on purpose.

    SkillhouseError            what happened (message) and what to do next (hint)
    ├── UsageError             the request itself was wrong
    │   ├── UnknownName        no such project, skill or agent; the nearest ones are in the hint
    │   ├── BadDate            a date or period in a form we do not read
    │   └── ProjectError       a folder that cannot be registered
    ├── SystemRefused          the operating system refuses something that is not the warehouse
    ├── TeamError              what a team shares cannot be used
    │   ├── StoreUnreachable   the team's folder or bucket does not answer
    │   ├── StoreDenied        it refuses: a right, a key, a bucket that is not there, no space
    │   ├── ObjectMissing      it has no such object
    │   ├── ObjectChanged      an object is not the one that was to be replaced
    │   ├── ExtraMissing       an extra of skillhouse is needed that is not installed
    │   ├── AgreementUnusable  the agreement is damaged
    │   │   └── AgreementNewer  or written by a newer program
    │   ├── AgreementWider     it allows more than what was confirmed
    │   ├── EngineFailed       the engine of a rollup refuses or fails
    │   ├── CommunityUnusable  what a rollup published is damaged, or another team's
    │   └── NotAMember         this warehouse is in no team, or has switched teams off
    └── WarehouseError         the warehouse file cannot be used
        ├── WarehouseMissing   there is none, and this is not a command that makes one
        ├── NotAWarehouse      a folder, a device or another program's file has its name
        ├── WarehouseBusy      another process holds it longer than we wait
        ├── WarehouseNewer     written by a newer program
        ├── WarehouseDamaged   not a DuckDB file, or a broken one
        └── WarehouseDenied    the file system refuses (permission, read-only, full)

The message says what is wrong, the hint says what to do. Neither ever holds the content of a file.
Both name commands and parameters by ``schema.spelling``, as the users of the front end write them.
"""

from __future__ import annotations

import errno


class SkillhouseError(Exception):
    """An error a person can act on; ``hint`` says how and may be empty.

    ``parameter`` is the parameter whose value is wrong, by its name in the code, if it is one.
    """

    def __init__(self, message: str, hint: str = "", *, parameter: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.parameter = parameter


class UsageError(SkillhouseError):
    """The request was wrong: an option's value, or a combination."""


class UnknownName(UsageError):
    """A project, skill or agent that the warehouse does not know."""


class BadDate(UsageError):
    """A date, period or range we cannot read."""


class ProjectError(UsageError):
    """A folder that cannot be registered, or a name that is taken."""


class SystemRefused(SkillhouseError):
    """The operating system refuses a folder, a file or a stream that is not the warehouse."""

    @classmethod
    def of(cls, exc: OSError, what: object = None, also: str = "") -> SystemRefused:
        """What the refusal means: of ``what``, otherwise of the file that the system names.

        ``also`` is a sentence that the hint begins with.
        """
        subject = what or exc.filename
        reason = (exc.strerror or type(exc).__name__).lower()
        message = f"{subject}: {reason}." if subject else f"{reason.capitalize()}."
        return cls(message, f"{also} {_WAYS_OUT.get(exc.errno or 0, '')}".strip())


class TeamError(SkillhouseError):
    """What a team shares cannot be used."""


class StoreUnreachable(TeamError):
    """The team's folder or bucket does not answer; trying later may help."""


class StoreDenied(TeamError):
    """The store refuses: a right, a key, a bucket that is not there, no space."""


class ObjectMissing(TeamError):
    """The store has no such object."""


class ObjectChanged(TeamError):
    """An object is not the one that was to be replaced, or is there already."""


class ExtraMissing(TeamError):
    """``extra`` of skillhouse is not installed."""

    def __init__(self, extra: str, what: str) -> None:
        super().__init__(f"{what} needs the extra {extra!r} of skillhouse.", "Install it.")
        self.extra = extra
        self.what = what


class AgreementUnusable(TeamError):
    """The agreement is damaged, or is not one for this member."""


class AgreementNewer(AgreementUnusable):
    """A newer program wrote the agreement."""


class AgreementWider(TeamError):
    """The agreement allows more to leave than what was confirmed."""


class EngineFailed(TeamError):
    """The engine of a rollup refuses or fails."""


class CommunityUnusable(TeamError):
    """What a rollup published is damaged, or another team's."""


class NotAMember(TeamError):
    """This warehouse is in no team, or has switched teams off."""


_WAYS_OUT = {
    errno.ENOSPC: "Free some space and run the command again.",
    errno.EDQUOT: "Free some space and run the command again.",
    errno.EFBIG: "Free some space, or allow larger files (ulimit -f), and run the command again.",
    errno.EMFILE: "Allow more open files (ulimit -n) and run the command again.",
    errno.ENFILE: "Too many files are open on this machine; try again later.",
    errno.ENOMEM: "Free some memory and run the command again.",
}


class WarehouseError(SkillhouseError):
    """The warehouse file cannot be used."""


class WarehouseMissing(WarehouseError):
    """There is no file, and what was asked for does not make one."""


class NotAWarehouse(WarehouseError):
    """Something else has the file's name: a folder, a device, another program's file."""


class WarehouseBusy(WarehouseError):
    """Another process holds the warehouse; ``message`` names it."""


class WarehouseNewer(WarehouseError):
    """The file was written by a newer version of the program."""


class WarehouseDamaged(WarehouseError):
    """The file is not a warehouse, or is broken."""


class WarehouseDenied(WarehouseError):
    """The file system refused: permission, read-only, or no space."""
