"""``dashboard`` to real clients: who gets the page, who does not, and when it is another one."""

from __future__ import annotations

import base64
import re
import signal
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from command_line import House, start
from conftest import Fleet, invocation, write_skills
from dashboards import Dashboard, dashboard, data_of, surroundings, until, written_by_another
from http_asking import Client, client_of

pytestmark = [pytest.mark.xdist_group("dashboard"), pytest.mark.slow]

EVIL = "http://evil.example"


@pytest.fixture(scope="module")
def running(house: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """A dashboard whose warehouse does not change."""
    warehouse = tmp_path_factory.mktemp("dashboard") / "w.duckdb"
    house.copy_to(warehouse)
    with dashboard(warehouse) as found:
        yield found


@pytest.fixture(scope="module")
def ask(running: Dashboard) -> Iterator[Client]:
    with client_of(running.url) as client:
        yield client


def uses(html: str) -> int:
    """The uses of all time that a page tells of."""
    return int(data_of(html)["summary"]["data"][0]["all_time"]["total_invocations"])


# ---------------------------------------------------------------- who gets what


def test_the_address_is_on_the_loopback_and_cannot_be_guessed(running: Dashboard) -> None:
    """One line on stdout; 256 random bits."""
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{43}/", running.url)


def test_the_page_is_the_report_and_may_ask_its_own_server_only(ask: Client) -> None:
    """Its numbers are there; its policy names the scripts in it and no other."""
    html = ask().body
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    scripts = re.findall(r'<script type="module">(.*?)</script>', html, re.DOTALL)
    digests = [base64.b64encode(sha256(each.encode()).digest()).decode() for each in scripts]
    named = " ".join(f"'sha256-{each}'" for each in digests)

    assert uses(html) == 98
    assert len(scripts) == 2
    assert f"script-src {named};" in policy
    assert "connect-src 'self'" in policy
    assert policy.startswith("default-src 'none'")


def test_head_is_get_without_the_page(ask: Client) -> None:
    """Query for as text: a client that knows of HEAD does not look for a body."""
    head = ask(raw=f"HEAD {ask.path} HTTP/1.0\r\nHost: localhost:{ask.port}\r\n\r\n")
    page = ask()

    assert (head.status, head.body) == (200, "")
    assert int(head.headers["Content-Length"]) == len(page.body.encode())


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "/favicon.ico",
        "/changes",
        "/{other}/",
        "/{other}/changes",
        "/{token}",
        "/{token}/?",
        "/{token}/?a=b",
        "/{token}/changes/",
        "/{token}/x",
        "/{token}/../{token}/",
        "/%2e%2e/{token}/",
        "/{token}/live.js",
        "/{upper}/",
        "http://127.0.0.1/{token}/",
        "/" + "x" * 60_000,
    ],
)
def test_no_other_path_is_there(ask: Client, path: str) -> None:
    """404 whatever it is, and nothing of the request or the page in the answer."""
    token = ask.path.strip("/")
    other = ("A" if token[0] != "A" else "B") + token[1:]

    answer = ask(path.format(token=token, other=other, upper=token.swapcase()))

    assert (answer.status, answer.body) == (404, "Not Found\n")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "X"])
def test_nothing_can_be_done_to_the_page_but_read(ask: Client, method: str) -> None:
    """405 with what is allowed."""
    host = ("Host", f"127.0.0.1:{ask.port}")
    answer = ask(method=method, headers=[host, ("Content-Length", "3")], body="a=b")

    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert answer.body == "Method Not Allowed\n"


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        ["evil.example"],
        ["evil.example:{port}"],
        ["127.0.0.1"],
        ["127.0.0.1:1"],
        ["localhost"],
        ["localhost.evil.example:{port}"],
        ["[::1]:{port}"],
        ["127.0.0.1:{port}", "evil.example"],
        ["127.0.0.1:{port}, evil.example"],
    ],
    ids=str,
)
def test_who_names_another_host_gets_nothing(ask: Client, hosts: list[str]) -> None:
    """A web page's own name that resolves to this machine, the right address and all."""
    headers = [("Host", host.format(port=ask.port)) for host in hosts]

    answers = [ask(headers=headers), ask(f"{ask.path}changes", headers=headers)]

    assert [each.status for each in answers] == [421, 421]
    assert {each.body for each in answers} == {"Misdirected Request\n"}


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}"])
def test_who_names_this_one_is_served(ask: Client, host: str) -> None:
    assert ask(headers=[("Host", host.format(port=ask.port))]).status == 200


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ("nonsense\r\n\r\n", 400),
        ("GET / HTTP/9.9\r\n\r\n", 505),
        ("GET /\xff\xfe HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n", 404),
        ("GET /" + "x" * 65_532, 414),
        ("GET / HTTP/1.0\r\n" + "A: b\r\n" * 200 + "\r\n", 431),
    ],
    ids=["nonsense", "version", "bytes", "long", "many"],
)
def test_what_is_no_request_is_refused(ask: Client, raw: str, status: int) -> None:
    """With a word of ours, not with what was sent."""
    answer = ask(raw=raw.replace("{port}", str(ask.port)))

    assert answer.status == status
    assert "x" * 10 not in answer.body
    assert "nonsense" not in answer.body


def test_every_answer_forbids_what_a_browser_might_do_with_it(ask: Client) -> None:
    """Keep it, guess its type, frame it, tell its address to others, or hand it to another page."""
    answers = [ask(), ask(f"{ask.path}changes"), ask("/"), ask(method="POST"), ask(headers=[])]
    cross = ask(headers=[("Host", f"127.0.0.1:{ask.port}"), ("Origin", EVIL)])

    for answer in [*answers, cross]:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert not {each for each in answer.headers if each.startswith("Access-Control")}
        assert "Python" not in answer.headers["Server"]
    for answer in answers[1:]:
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_it_listens_on_one_address_of_this_machine(ask: Client) -> None:
    """Not even on another one of the loopback."""
    assert ask(address="127.0.0.2").status == 0


# ---------------------------------------------------------------- collect now


def test_collect_now_refreshes_once(fleet: Fleet) -> None:
    """The page has the new uses when it is done; a second request meanwhile is refused, and another
    site's always."""
    app = fleet.project("app")
    day = "2026-11-{:02}T09:00:00".format
    write_skills(app, {"invocations": [invocation(at=day(1))], "last_updated": ""})
    fleet.collect()
    with dashboard(fleet.warehouse.path) as running, client_of(running.url) as ask:
        host = ("Host", f"127.0.0.1:{ask.port}")
        path = f"{ask.path}collect"
        records = [invocation(at=day(n)) for n in (1, 2, 3)]
        write_skills(app, {"invocations": records, "last_updated": ""})
        evil = ask(path, method="POST", headers=[host, ("Origin", EVIL)])
        got = ask(path)
        before = ask.changes()
        own = ("Origin", f"http://127.0.0.1:{ask.port}")
        started = ask(path, method="POST", headers=[host, own])
        again = ask(path, method="POST", headers=[host])
        ended = until(ask.changes, lambda each: not each["collecting"])
        shown = ask()

    assert (evil.status, got.status, got.headers["Allow"]) == (403, 405, "POST")
    assert (before["collecting"], before["collected"]) == (False, None)
    assert (started.status, again.status) == (202, 409)
    assert ended["collected"] == "Collected."
    assert uses(shown.body) == 3
    assert 'id="collect"' in shown.body


def test_what_was_in_the_way_of_collecting_is_said(fleet: Fleet) -> None:
    """A file that cannot be read: the rest is collected, and the page says what shows more."""
    app = fleet.project("app")
    write_skills(app, {"invocations": [invocation()], "last_updated": ""})
    fleet.collect()
    path = fleet.warehouse.path
    with dashboard(path) as running, client_of(running.url) as ask:
        write_skills(app, "[1, 2, 3]")
        ask(f"{ask.path}collect", method="POST")
        ended = until(ask.changes, lambda each: each["collected"] is not None)

    assert ended["collecting"] is False
    assert ended["collected"].startswith("Collected, with problems.")
    assert ended["collected"].endswith("More: skillhouse doctor")


def test_collecting_ends_with_the_dashboard(fleet: Fleet) -> None:
    """A refresh that runs when the dashboard is stopped is stopped too."""
    from cli.dashboard.collecting import Collecting

    collecting = Collecting((sys.executable, "-c", "import time; time.sleep(600)"))
    assert collecting.start() and not collecting.start()
    assert collecting.state() == (True, None)
    collecting.stop()
    running, told = until(collecting.state, lambda each: not each[0])

    assert not running and told is not None and told.startswith("Nothing was collected.")


def test_a_public_dashboard_only_reads(house: House, tmp_path: Path) -> None:
    """It has no button, and nothing can be started."""
    warehouse = tmp_path / "w.duckdb"
    house.copy_to(warehouse)
    with dashboard(warehouse, "--public") as running, client_of(running.url) as ask:
        html = ask().body
        refused = ask(f"{ask.path}collect", method="POST")
        state = ask.changes()

    assert 'id="refresh"' in html and 'id="collect"' not in html
    assert (refused.status, state["collecting"]) == (405, False)


# ---------------------------------------------------------------- renewal


def test_it_is_renewed_after_a_pass_and_stays_as_it_was_meanwhile(fleet: Fleet) -> None:
    """Who asks whether it changed is told why not, then that it did; the page has the new uses."""
    app = fleet.project("app")
    day = "2026-11-{:02}T09:00:00".format
    write_skills(app, {"invocations": [invocation(at=day(1))], "last_updated": ""})
    fleet.collect()
    path = fleet.warehouse.path
    with dashboard(path) as running, client_of(running.url) as ask:
        first, told_first = ask(), ask.changes()
        with written_by_another(path) as pid:
            told = until(ask.changes, lambda each: each["message"] is not None)
            meanwhile = ask()
        records = [invocation(at=day(n)) for n in (1, 2, 3)]
        write_skills(app, {"invocations": records, "last_updated": ""})
        refreshed = start("refresh", env=surroundings(path))
        shown = ask()
        latest = ask.changes()
        code, out, err = running.end()

    quiet = {"collecting": False, "collected": None}
    assert told_first == {"version": "1", "message": None, **quiet}
    assert told["version"] == "1"
    assert f"in use by process {pid}" in told["message"]
    assert (meanwhile.status, meanwhile.body) == (200, first.body)
    assert (refreshed.code, shown.status) == (0, 200)
    assert (uses(first.body), uses(shown.body)) == (1, 3)
    assert f'<meta name="version" content="{latest["version"]}">' in shown.body
    assert latest["message"] is None
    assert (code, out, err) == (0, "", "Press Ctrl-C to stop.\n")


def test_clients_that_only_ask_for_changes_hear_of_them(house: House, tmp_path: Path) -> None:
    """A page that is open asks for nothing else. Both hear the same version of one making."""
    warehouse = tmp_path / "w.duckdb"
    house.copy_to(warehouse)
    with (
        dashboard(warehouse) as running,
        client_of(running.url) as one,
        client_of(running.url) as other,
    ):
        start("aggregate", "--timezone", "Asia/Kathmandu", env=surroundings(warehouse))
        heard = until(one.changes, lambda each: each["version"] != "1")
        heard_too, html = other.changes(), other().body

    quiet = {"collecting": False, "collected": None}
    assert heard == heard_too == {"version": "2", "message": None, **quiet}
    assert data_of(html)["about"]["timezone"] == "Asia/Kathmandu"


def test_two_clients_at_once_get_whole_pages_while_passes_run(house: House, tmp_path: Path) -> None:
    """Pages and questions without a pause; every one is answered, and the passes get their turn."""
    warehouse = tmp_path / "w.duckdb"
    house.copy_to(warehouse)
    with (
        dashboard(warehouse, "--quiet") as running,
        client_of(running.url) as one,
        client_of(running.url) as other,
    ):
        one.begin(times=6)
        other.begin(f"{other.path}changes", times=60)
        passes = [start("collect", env=surroundings(warehouse)).code for _ in range(2)]
        pages, answers = one.end(), other.end()
        code, _, err = running.end()

    assert passes == [0, 0]
    assert [each.status for each in [*pages, *answers]] == [200] * 66
    assert {uses(each.body) for each in pages} == {98}
    assert all(each.body.rstrip().endswith("</html>") for each in pages)
    assert (code, err) == (0, "")


def test_a_warehouse_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """At once, as with any other question; no file is made by looking."""
    warehouse = tmp_path / "data" / "w.duckdb"

    done = start("dashboard", env=surroundings(warehouse))

    assert (done.out, done.code) == ("", 1)
    assert done.err.startswith(f"Error: There is no warehouse at {warehouse}.")
    assert not warehouse.exists()


# ---------------------------------------------------------------- as a command


def test_a_signal_ends_it_whoever_is_connected(house: House, tmp_path: Path) -> None:
    """Without a word; its port is free again at once. A client in the middle keeps nobody."""
    warehouse = tmp_path / "w.duckdb"
    house.copy_to(warehouse)
    with dashboard(warehouse) as first, client_of(first.url) as ask:
        port = str(ask.port)
        ask()
        ask.begin(raw="GET / HT", half=True)
        terminated = first.end(signal.SIGTERM)
        [hung_up_on] = ask.end()
    with dashboard(warehouse, "--port", port) as second:
        interrupted = second.end(signal.SIGINT)

    assert terminated == (0, "", "Press Ctrl-C to stop.\n")
    assert interrupted == (130, "", "Press Ctrl-C to stop.\n")
    assert hung_up_on.status == 0
    assert second.url.startswith(f"http://127.0.0.1:{port}/")
    assert second.url != first.url


def test_a_port_that_is_taken_is_told(running: Dashboard, tmp_path: Path) -> None:
    """Before anything else is done, as wrong usage."""
    port = running.url.split(":")[2].split("/")[0]

    done = start("dashboard", "--port", port, env=surroundings(tmp_path / "w.duckdb"))

    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines() == [
        f"Error: Port {port} cannot be used: address already in use.",
        "Choose another with --port, or any free one with --port 0.",
    ]


def test_what_is_in_its_way_is_a_sentence(tmp_path: Path) -> None:
    """A file that is no warehouse."""
    damaged = tmp_path / "w.duckdb"
    damaged.write_bytes(b"not a database" * 1000)

    broken = start("dashboard", env=surroundings(damaged))

    assert (broken.code, broken.out) == (1, "")
    assert "is not a DuckDB file" in broken.err


def test_public_is_public_when_it_is_renewed_too(house: House, tmp_path: Path) -> None:
    """No project, path, zone or moment, in the first page and in the next."""
    warehouse = tmp_path / "w.duckdb"
    house.copy_to(warehouse)
    with dashboard(warehouse, "--public") as running, client_of(running.url) as ask:
        pages = [ask().body]
        start("aggregate", "--full", env=surroundings(warehouse))
        pages.append(ask().body)
        version = ask.changes()["version"]

    assert version != "1"
    for html in pages:
        data: Any = data_of(html)
        assert data["about"]["public"] is True
        assert data["about"]["timezone"] is None
        assert not re.search(r"\b(alpha|beta|gone)\b", str(data) + html.split("<script ")[0])
        assert str(tmp_path) not in str(data)


def test_the_browser_is_opened_at_the_address(house: House, tmp_path: Path) -> None:
    """The one that the system names."""
    warehouse, opened = tmp_path / "w.duckdb", tmp_path / "opened"
    house.copy_to(warehouse)
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}.new && mv {opened}.new {opened}\n')
    browser.chmod(0o755)

    with dashboard(warehouse, "--open", BROWSER=f"{browser} %s") as running:
        until(opened.exists, bool)
        found = opened.read_text().strip()

    assert found == running.url
