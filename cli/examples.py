"""Examples of each command, for its help and the reference.

Each runs as it stands on the sample data of ``demo`` (a test runs them), so a name in it is one of
that data. The help shows all of a command, the reference the first one with what it prints.
"""

from __future__ import annotations

EXAMPLES: dict[str, tuple[str, ...]] = {
    "discover": ("skillhouse discover", "skillhouse discover --json"),
    "demo": ("skillhouse demo", "skillhouse demo --keep ~/skillhouse-demo"),
    "register-project": (
        "skillhouse add ~/code/payments-service --timezone America/New_York",
        "skillhouse add . --tag team:shop",
        "skillhouse add --scan ~/code --yes",
        "skillhouse register-project ~/code/storefront-web --type web",
    ),
    "edit-project": (
        "skillhouse edit-project payments-service --type service --tag team:payments",
        "skillhouse edit-project storefront-web --name shop --tag team:core",
    ),
    "unregister-project": (
        "skillhouse unregister-project storefront-web",
        "skillhouse unregister-project storefront-web --purge --yes",
    ),
    "move-project": (
        "skillhouse move-project storefront-web ~/code/shop",
        "skillhouse move-project ledger-lib ../ledger-lib --quiet",
    ),
    "projects": ("skillhouse projects", "skillhouse projects --json=project_name,last_use_at"),
    "transcripts show": ("skillhouse transcripts show", "skillhouse transcripts show --json"),
    "transcripts enable": (
        "skillhouse transcripts enable",
        "skillhouse transcripts enable claude_code --root ~/.claude/projects",
    ),
    "transcripts disable": (
        "skillhouse transcripts disable codex",
        "skillhouse transcripts disable --purge --yes",
    ),
    "categories list": ("skillhouse categories list", "skillhouse categories list --format csv"),
    "categories set": (
        "skillhouse categories set reviews code-review 'test-*'",
        "skillhouse categories set testing 'test-*' '*-coverage'",
    ),
    "categories remove": (
        "skillhouse categories remove testing",
        "skillhouse categories remove review --quiet",
    ),
    "refresh": ("skillhouse refresh", "skillhouse refresh storefront-web --full"),
    "collect": ("skillhouse collect", "skillhouse collect storefront-web"),
    "aggregate": ("skillhouse aggregate", "skillhouse aggregate --timezone Europe/Berlin"),
    "index-skills": ("skillhouse index-skills", "skillhouse index-skills --user"),
    "schedule run": ("skillhouse schedule run", "skillhouse schedule run --every 6h"),
    "schedule install": (
        "skillhouse schedule install",
        "skillhouse schedule install --cron --at 03:15",
    ),
    "schedule uninstall": (
        "skillhouse schedule uninstall",
        "skillhouse schedule uninstall --systemd",
    ),
    "schedule show": ("skillhouse schedule show", "skillhouse schedule show --json"),
    "summary": ("skillhouse summary", "skillhouse summary --project storefront-web"),
    "top-skills": (
        "skillhouse top-skills --days 30 --sort effectiveness --limit 8",
        "skillhouse top-skills --since last-week --kind agent --json",
    ),
    "effectiveness": (
        "skillhouse effectiveness dependency-upgrade",
        "skillhouse effectiveness test-runner --period 2026-Q4",
    ),
    "compare": (
        "skillhouse compare dependency-upgrade",
        "skillhouse compare code-review --days 90",
    ),
    "find": (
        'skillhouse find "why did this test fail" --also "run tests" --limit 3',
        'skillhouse find "review my change" --also "check a pull request"',
    ),
    "skills": (
        "skillhouse skills --limit 5",
        "skillhouse skills --state unused --project storefront-web",
    ),
    "sql": (
        'skillhouse sql "select project_name, project_type from projects order by 1"',
        'skillhouse sql "select outcome, count(*) from skill_usage group by 1" --csv',
    ),
    "health": ("skillhouse health", "skillhouse health test-runner --explain"),
    "trends": ("skillhouse trends --limit 6", "skillhouse trends test-runner --grain monthly"),
    "anomalies": ("skillhouse anomalies", "skillhouse anomalies commit-message --days 60"),
    "recommend": ("skillhouse recommend --action fix", "skillhouse recommend --markdown"),
    "baseline save": ("skillhouse baseline save before-upgrade", "skillhouse baseline save"),
    "baseline list": ("skillhouse baseline list", "skillhouse baseline list --json"),
    "baseline show": ("skillhouse baseline show before-upgrade", "skillhouse baseline show"),
    "baseline compare": (
        "skillhouse baseline compare before-upgrade",
        "skillhouse baseline compare --durations",
    ),
    "baseline delete": (
        "skillhouse baseline delete before-upgrade --yes",
        "skillhouse baseline delete before-upgrade",
    ),
    "experiment create": (
        "skillhouse experiment create one --control refactor --treatment docs-writer",
        "skillhouse experiment create two --control api-design --treatment refactor",
    ),
    "experiment arm": (
        "skillhouse experiment arm one --session 0198c1de",
        "skillhouse experiment arm one --session 0198c1de --json",
    ),
    "experiment list": ("skillhouse experiment list", "skillhouse experiment list --json"),
    "experiment report": (
        "skillhouse experiment report one",
        "skillhouse experiment report one --format md",
    ),
    "experiment stop": ("skillhouse experiment stop one", "skillhouse experiment stop one --quiet"),
    "patterns sessions": (
        "skillhouse patterns sessions --limit 5",
        "skillhouse patterns sessions --with test-runner --days 30",
    ),
    "patterns transitions": (
        "skillhouse patterns transitions --all --limit 5",
        "skillhouse patterns transitions code-review",
    ),
    "patterns pairs": (
        "skillhouse patterns pairs --all --limit 5",
        "skillhouse patterns pairs code-review --min-sessions 5",
    ),
    "patterns heatmap": (
        "skillhouse patterns heatmap",
        "skillhouse patterns heatmap --by workflow-path --days 30",
    ),
    "patterns bottlenecks": (
        "skillhouse patterns bottlenecks",
        "skillhouse patterns bottlenecks --lost failed --all",
    ),
    "patterns alternatives": (
        "skillhouse patterns alternatives --limit 5",
        "skillhouse patterns alternatives --min-offered 5 --all",
    ),
    "workflows": ("skillhouse workflows", "skillhouse workflows --days 30"),
    "export": (
        "skillhouse export top-skills --limit 2",
        "skillhouse export top-skills -o ranking.xlsx",
        "skillhouse export effectiveness test-runner --public -o shared.json",
    ),
    "report": ("skillhouse report", "skillhouse report --html report.html --public"),
    "dashboard": ("skillhouse dashboard", "skillhouse dashboard --port 8080 --open"),
    "mcp": ("skillhouse mcp", "skillhouse mcp --http --port 8738"),
    "mcp install": (
        "skillhouse mcp install claude-code",
        "skillhouse mcp install codex --write --skill",
    ),
    "mcp uninstall": (
        "skillhouse mcp uninstall claude-code",
        "skillhouse mcp uninstall codex --write",
    ),
    "team top-skills": (
        "skillhouse team top-skills --sort effectiveness",
        "skillhouse team top-skills --week 2026-11-09 --json",
    ),
    "team baselines": ("skillhouse team baselines", "skillhouse team baselines test-runner --json"),
    "team changes": ("skillhouse team changes", "skillhouse team changes --limit 5"),
    "team suggest": ("skillhouse team suggest", "skillhouse team suggest --limit 10"),
    "team clusters": ("skillhouse team clusters", "skillhouse team clusters --json"),
    "team rollup": ("skillhouse team rollup", "skillhouse team rollup /mnt/team --json"),
    "team join": (
        "skillhouse team join ~/team --yes",
        "skillhouse team join ~/team --withhold 'secret-*' --since 2026-W40 --yes",
    ),
    "team preview": ("skillhouse team preview", "skillhouse team preview --json"),
    "team publish": ("skillhouse team publish", "skillhouse team publish --quiet"),
    "team forget": ("skillhouse team forget", "skillhouse team forget --member 98fb0262b007"),
    "team status": ("skillhouse team status", "skillhouse team status --json"),
    "team init": (
        "skillhouse team init ~/team --skill code-review --skill 'test-*'",
        "skillhouse team init ~/team --skill 'test-*' --least-members 7",
    ),
    "schema": ("skillhouse schema", "skillhouse schema top-skills"),
    "status": ("skillhouse status --line", "skillhouse status"),
    "path": ("skillhouse path", "skillhouse path --json"),
    "runs": ("skillhouse runs --failed", "skillhouse runs 1"),
    "doctor": ("skillhouse doctor atlas-cli", "skillhouse doctor"),
    "migrate-check": (
        "skillhouse migrate-check atlas-cli",
        "skillhouse migrate-check storefront-web --json",
    ),
    "verify": ("skillhouse verify", "skillhouse verify --json"),
    "backup": ("skillhouse backup", "skillhouse backup --keep 5"),
    "restore": ("skillhouse restore", "skillhouse restore warehouse-copy.duckdb --yes"),
    "config list": ("skillhouse config list", "skillhouse config list --json"),
    "config get": ("skillhouse config get span", "skillhouse config get projects --json"),
    "config set": (
        "skillhouse config set span 90d",
        "skillhouse config set projects storefront-web,ledger-lib",
    ),
    "config unset": ("skillhouse config unset span", "skillhouse config unset projects"),
    "compact": ("skillhouse compact", "skillhouse compact --quiet"),
    "retention": ("skillhouse retention", "skillhouse retention --raw-days 365 --dry-run"),
}
"""By the words of the command."""

SHOWN = frozenset(
    {
        "register-project",
        "edit-project",
        "transcripts show",
        "categories set",
        "categories list",
        "refresh",
        "collect",
        "aggregate",
        "index-skills",
        "schedule show",
        "summary",
        "top-skills",
        "effectiveness",
        "compare",
        "find",
        "skills",
        "sql",
        "health",
        "trends",
        "anomalies",
        "recommend",
        "baseline save",
        "baseline list",
        "baseline show",
        "baseline compare",
        "baseline delete",
        "experiment create",
        "experiment arm",
        "experiment report",
        "experiment list",
        "patterns sessions",
        "patterns transitions",
        "patterns pairs",
        "patterns heatmap",
        "patterns bottlenecks",
        "patterns alternatives",
        "export",
        "path",
        "status",
        "doctor",
        "migrate-check",
        "verify",
        "retention",
    }
)
"""Commands whose first example the reference runs, in the order of its page, and prints."""


_EVERYWHERE = "Also: --json, --format, --warehouse PATH, --quiet; all: skillhouse --help"


def epilog(words: str) -> str:
    """What stands below the help of a command: examples, and options that it shares with all."""
    if (lines := EXAMPLES.get(words)) is None:
        return ""
    return "\n\n".join(["For example:", *(f"  {line}" for line in lines), _EVERYWHERE])


def reflowed(help_text: str) -> str:
    """A help whose paragraphs are a line each, so that they fit any terminal."""
    paragraphs = help_text.strip().split("\n\n")
    return "\n\n".join(" ".join(each.split()) for each in paragraphs)
