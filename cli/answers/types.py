"""The type of every command's answer, by the command's name.

That of a question is what its function returns, so the catalogue of questions knows it already.
"""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import cast, get_args, get_type_hints

from aggregator.answers.struct import Struct
from cli.answers import catalogue
from schema.errors import UnknownName
from schema.names import did_you_mean

_PLACES = {
    "register-project": "cli.results.projects.RegisterProject",
    "unregister-project": "cli.results.projects.UnregisterProject",
    "move-project": "cli.results.projects.MoveProject",
    "edit-project": "cli.results.projects.EditProject",
    "projects": "cli.results.projects.Projects",
    "discover": "cli.results.transcripts.Discover",
    "transcripts-show": "cli.results.transcripts.Transcripts",
    "transcripts-enable": "cli.results.transcripts.Transcripts",
    "transcripts-disable": "cli.results.transcripts.Transcripts",
    "refresh": "cli.results.collecting.Refresh",
    "collect": "cli.results.collecting.Collect",
    "aggregate": "cli.results.collecting.Aggregate",
    "index-skills": "cli.results.skill_files.IndexSkills",
    "categories-list": "cli.results.skill_files.Categories",
    "categories-set": "cli.results.skill_files.Categories",
    "categories-remove": "cli.results.skill_files.Categories",
    "schedule-install": "cli.results.schedule.ScheduleInstall",
    "schedule-uninstall": "cli.results.schedule.ScheduleUninstall",
    "schedule-show": "cli.results.schedule.ScheduleShow",
    "baseline-save": "aggregator.answers.baselines.SaveAnswer",
    "baseline-delete": "aggregator.answers.baselines.DeleteAnswer",
    "experiment-create": "aggregator.answers.experiments.CreateAnswer",
    "experiment-arm": "aggregator.answers.experiments.ArmAnswer",
    "experiment-stop": "aggregator.answers.experiments.StopAnswer",
    "team-init": "cli.results.team.TeamInit",
    "team-join": "cli.results.team.TeamJoin",
    "team-preview": "cli.results.team.TeamPreview",
    "team-publish": "cli.results.team.TeamPublish",
    "team-forget": "cli.results.team.TeamForget",
    "team-status": "cli.results.team.TeamStatus",
    "export": "cli.results.files.Export",
    "report": "cli.results.files.Report",
    "sql": "cli.results.sql.Sql",
    "path": "cli.results.sql.Path",
    "mcp-install": "cli.results.mcp_clients.McpClient",
    "mcp-uninstall": "cli.results.mcp_clients.McpClient",
    "config-list": "cli.results.config.Settings",
    "config-get": "cli.results.config.Settings",
    "config-set": "cli.results.config.Settings",
    "config-unset": "cli.results.config.Settings",
    "team-rollup": "cli.results.team_rollup.TeamRollup",
    "status": "aggregator.answers.status.Answer",
    "runs": "aggregator.answers.runs.Answer",
    "doctor": "cli.results.doctor.Doctor",
    "migrate-check": "cli.results.migrate_check.MigrateCheck",
    "verify": "cli.results.storage.Verify",
    "backup": "cli.results.storage.Backup",
    "restore": "cli.results.storage.Restore",
    "compact": "cli.results.storage.Compact",
    "retention": "cli.results.storage.RetentionSetting",
}
"""Commands that are no question of the catalogue; a hyphen joins the words of a group's command."""


def answer_names() -> list[str]:
    """Every command that answers with JSON, and ``activity``, which is only exported."""
    return [*catalogue.names(), *_PLACES]


def answer_type(name: str) -> type[Struct]:
    """The type of an answer. UnknownName suggests the nearest."""
    if name in catalogue.names():
        returned = get_type_hints(catalogue.known(name).give)["return"]
        [_, found] = get_args(returned)
        return cast("type[Struct]", found)
    if name not in _PLACES:
        near = get_close_matches(name, answer_names(), n=3, cutoff=0.5)
        hint = did_you_mean(near, "`skillhouse schema` lists them.")
        raise UnknownName(f"No command named {name!r} answers with JSON.", hint)
    module, _, type_name = _PLACES[name].rpartition(".")
    return cast("type[Struct]", getattr(import_module(module), type_name))
