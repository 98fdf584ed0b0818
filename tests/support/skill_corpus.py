"""A small corpus of skills in three projects, and questions of which the right answer is known."""

from __future__ import annotations

from pathlib import Path

from skill_trees import write_skill

COLLECTIONS: dict[str, dict[str, tuple[str, str]]] = {
    "shop-web": {
        "react-component": (
            "Build a React component with props, hooks and tests. Use when adding a piece of UI.",
            "Name it in PascalCase. Keep state local, lift it when two components need it.",
        ),
        "css-layout": (
            "Lay out pages with CSS grid and flexbox, responsive from phone to desktop.",
            "Start with the narrow screen. Prefer gap over margins. Check overflow and alignment.",
        ),
        "accessibility-audit": (
            "Audit a page for accessibility: keyboard, contrast, labels, screen readers.",
            "Walk through every control with the tab key. Report WCAG failures with the element.",
        ),
        "web-performance": (
            "Measure and improve page load: bundle size, images, caching, web vitals.",
            "Record LCP and INP before and after. Slow pages mostly load too much script.",
        ),
        "playwright-e2e": (
            "Write end-to-end browser tests with Playwright for user journeys.",
            "Click through the app as a user does. Wait for elements, never for seconds.",
        ),
        "checkout-flow": (
            "Change the checkout: cart, payment providers, taxes, order confirmation.",
            "Money is in cents. Test refunds and declined cards.",
        ),
        "i18n-strings": (
            "Add and translate user-facing strings; plural forms and locales.",
            "Every text has a key. Dates and numbers are formatted by the locale.",
        ),
        "storybook-stories": (
            "Document components as Storybook stories with controls and variants.",
            "One story per state: empty, loading, error, long text.",
        ),
        "feature-flags": (
            "Roll out a feature behind a flag, to some users first, and remove the flag later.",
            "Name an owner and an end date. Turn it off when errors rise.",
        ),
        "seo-metadata": (
            "Set titles, descriptions, sitemaps and structured data for search engines.",
            "Each page has one canonical address. Preview how a result looks in a search.",
        ),
    },
    "data-platform": {
        "sql-migration": (
            "Write a reversible database migration for PostgreSQL without downtime.",
            "Add columns as nullable, backfill in batches, then set constraints. Avoid long locks.",
        ),
        "dbt-model": (
            "Create a dbt model with tests, sources and documentation.",
            "Staging models rename, marts join. Add uniqueness and not-null tests.",
        ),
        "query-tuning": (
            "Find out why a SQL query is slow and make it fast with indexes and plans.",
            "Read EXPLAIN ANALYZE from the inside out. A report that takes minutes lacks an index.",
        ),
        "airflow-dag": (
            "Author Airflow DAGs: schedules, retries, sensors and backfills.",
            "A job that runs every night must be safe to run twice.",
        ),
        "data-quality": (
            "Check tables for missing values, duplicates, outliers and broken references.",
            "Compare row counts with the source. Alert the owner of a table that has gone stale.",
        ),
        "csv-import": (
            "Import CSV and Excel files: encodings, delimiters, header rows, bad lines.",
            "Spreadsheets lie about types. Keep the raw file.",
        ),
        "pandas-to-polars": (
            "Rewrite pandas code in Polars with lazy frames and expressions.",
            "Replace apply by expressions. Collect once, at the end.",
        ),
        "dashboard-charts": (
            "Choose and draw charts for a dashboard: axes, colours, annotations.",
            "A line for time, bars for comparison. Start the axis of bars at zero.",
        ),
        "pii-masking": (
            "Mask personal data in datasets: emails, names, phone numbers.",
            "Hash with a key so that joins still work. Never copy customers into a test system.",
        ),
        "warehouse-costs": (
            "Reduce the bill of the data warehouse: partitions, clustering, slots, old tables.",
            "Look for full scans first. Money goes where nobody looks.",
        ),
    },
    "infra": {
        "terraform-module": (
            "Write a Terraform module with variables, outputs and examples.",
            "Pin provider versions. Plan before apply. Keep state remote and locked.",
        ),
        "kubernetes-debug": (
            "Debug pods that crash, restart or stay pending in Kubernetes.",
            "Describe the pod, read its events, then the logs of the previous container.",
        ),
        "docker-image": (
            "Build small, secure Docker images with several stages.",
            "Order layers by how often they change. Do not run as root.",
        ),
        "incident-response": (
            "Handle an outage: triage, communicate, mitigate, write the postmortem.",
            "Production is down: first stop the harm, then look for the cause.",
        ),
        "github-actions-ci": (
            "Write GitHub Actions workflows: caching, matrices, secrets, releases.",
            "A pipeline that fails now and then hides real failures. Pin actions by commit.",
        ),
        "secrets-rotation": (
            "Rotate leaked or old credentials, tokens and certificates.",
            "Revoke first when a key was pushed. Find every user of it.",
        ),
        "alerting-rules": (
            "Write Prometheus alerts that wake somebody only for what matters to users.",
            "Alert on symptoms. Nobody should be paged at night for a full disk in a week.",
        ),
        "backup-restore": (
            "Set up backups of databases and practise restoring them.",
            "A backup that was never restored is a hope.",
        ),
        "load-testing": (
            "Load test an HTTP service with k6 and find its breaking point.",
            "Ramp up slowly. Watch latency at the 99th percentile, not the mean.",
        ),
        "dns-certificates": (
            "Change DNS records and renew TLS certificates without breaking domains.",
            "Lower the TTL a day before. Check the whole chain.",
        ),
    },
}

QUESTIONS: tuple[tuple[str, str, str], ...] = (
    ("shop-web", "add a react component for the product card", "react-component"),
    ("shop-web", "the hooks of this component need tests", "react-component"),
    ("shop-web", "make this page responsive with css grid", "css-layout"),
    ("shop-web", "two boxes overflow on a phone, fix the layout", "css-layout"),
    ("shop-web", "can people use the menu with only a keyboard?", "accessibility-audit"),
    ("shop-web", "check contrast and labels on the login page", "accessibility-audit"),
    ("shop-web", "our bundle size doubled, page load is slow", "web-performance"),
    ("shop-web", "write an end-to-end test for signing up", "playwright-e2e"),
    ("shop-web", "taxes are wrong in the cart", "checkout-flow"),
    ("shop-web", "support another payment provider", "checkout-flow"),
    ("shop-web", "translate the new strings to German", "i18n-strings"),
    ("shop-web", "stories for the button variants", "storybook-stories"),
    ("shop-web", "roll the new search out to ten percent of users", "feature-flags"),
    ("shop-web", "sitemap and page titles for search engines", "seo-metadata"),
    ("data-platform", "add a column to orders without downtime", "sql-migration"),
    ("data-platform", "reversible migration for the users table", "sql-migration"),
    ("data-platform", "new dbt model with tests for revenue", "dbt-model"),
    ("data-platform", "why is this query slow?", "query-tuning"),
    ("data-platform", "which index would help this report", "query-tuning"),
    ("data-platform", "retry the nightly dag and backfill last week", "airflow-dag"),
    ("data-platform", "are there duplicates or missing values in customers?", "data-quality"),
    ("data-platform", "import this excel file with two header rows", "csv-import"),
    ("data-platform", "port the pandas code to polars", "pandas-to-polars"),
    ("data-platform", "which chart and colours for monthly numbers", "dashboard-charts"),
    ("data-platform", "mask emails and phone numbers in the export", "pii-masking"),
    ("data-platform", "the warehouse bill is too high", "warehouse-costs"),
    ("infra", "terraform module for a bucket with outputs", "terraform-module"),
    ("infra", "the pod restarts all the time", "kubernetes-debug"),
    ("infra", "why is my pod pending", "kubernetes-debug"),
    ("infra", "make the docker image smaller", "docker-image"),
    ("infra", "we have an outage, what first?", "incident-response"),
    ("infra", "write the postmortem of yesterday's outage", "incident-response"),
    ("infra", "cache dependencies in github actions", "github-actions-ci"),
    ("infra", "a token leaked, rotate all credentials", "secrets-rotation"),
    ("infra", "prometheus alert when the error rate rises", "alerting-rules"),
    ("infra", "practise restoring the database from a backup", "backup-restore"),
    ("infra", "how many requests can the service take, load test it", "load-testing"),
    ("infra", "renew the certificate of our domain", "dns-certificates"),
)
"""Project, question, and the skill that answers it."""

PARAPHRASED: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (
        "blind customers can't use our site",
        ("accessibility audit", "screen reader"),
        "accessibility-audit",
    ),
    ("i pushed an api key by accident", ("rotate leaked credentials",), "secrets-rotation"),
    ("the nightly job must be safe to run twice", ("airflow dag retries",), "airflow-dag"),
    ("it takes minutes until the report comes back", ("slow sql query",), "query-tuning"),
    ("google shows the wrong text for our homepage", ("seo metadata",), "seo-metadata"),
    ("nobody should be paged for this at night", ("alerting rules",), "alerting-rules"),
    ("the site is down!!", ("incident response outage",), "incident-response"),
    (
        "our cloud invoice exploded since we store everything",
        ("data warehouse costs",),
        "warehouse-costs",
    ),
    ("show it in french too", ("translate strings to a locale",), "i18n-strings"),
    ("click through the app like a user does", ("browser tests end to end",), "playwright-e2e"),
    ("container keeps crashing after deploy", ("debug pods in kubernetes",), "kubernetes-debug"),
    ("customers must not appear in the test system", ("mask personal data",), "pii-masking"),
    (
        "turn it on for a few people and off again if it goes wrong",
        ("feature flag",),
        "feature-flags",
    ),
    ("a picture of the numbers for management", ("dashboard chart",), "dashboard-charts"),
    ("the spreadsheet from accounting has odd characters", ("csv import encodings",), "csv-import"),
    ("refunds fail for declined cards", ("checkout payment",), "checkout-flow"),
)
"""Question in other words than the skill's, other wordings of it, and the skill."""

NONSENSE = (
    "what is the weather in lisbon tomorrow",
    "recommend a pasta recipe without cream",
    "who won the world cup in 1998",
    "birthday poem for my grandmother",
    "book a hotel near the beach for three nights",
    "how do i get red wine out of a carpet",
    "train times to vienna",
    "explain the rules of chess to a child",
    "my knee hurts after running",
    "names for a puppy",
    "how old is the universe",
    "cheap flights in august",
    "guitar chords of a love song",
    "is it too late to plant tomatoes",
    "horoscope of gemini",
    "convert miles into kilometres",
    "what should i wear at a wedding",
    "lottery numbers of last saturday",
    "best hiking trail in the alps",
    "how to whistle with two fingers",
)


def write_collections(folder: Path) -> list[Path]:
    """Write the projects with their skills."""
    for project, skills in COLLECTIONS.items():
        for name, (description, body) in skills.items():
            write_skill(folder / project, name, f'"{description}"', body)
    return [folder / project for project in COLLECTIONS]
