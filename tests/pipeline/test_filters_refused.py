"""A filter by what does not exist is refused with the nearest names, not answered with nothing."""

import json
from pathlib import Path

import pytest

from assets.cli import main
from tests.pipeline.support_refresh import ask


def run(*arguments: str, home: Path) -> int:
    try:
        main([*arguments, "--home", str(home)])
    except SystemExit as ended:
        return int(str(ended.code or 0))
    return 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("findings", "--rule", "AE-T91"), "There is no rule AE-T91. Near to it: AE-T19"),
        (("findings", "--hospital", "h01"), "There is no hospital h01. Near to it: H01"),
        (("findings", "--severity", "erorr"), "There is no severity erorr. Near to it: error."),
        (("findings", "--status", "opne"), "There is no status opne. Near to it: open"),
        (("findings", "--as-of", "2025-03-10", "--status", "closed"), "There is no status closed."),
        (("queries", "--state", "relaesed"), "Near to it: released."),
        (("queries", "--hospital", "H1"), "There is no hospital H1. Near to it:"),
        (("queries", "--assignee", "nobody"), "There is no assignee nobody."),
        (("query", "release", "--hospital", "H1", "--author", "a"), "There is no hospital H1."),
        (("query", "release", "--rule", "AE-T91", "--author", "a"), "Near to it: AE-T19"),
        (("worklist", "export", "--hospital", "H1"), "There is no hospital H1. Near to it:"),
        (("deliveries", "--hospital", "H1"), "There is no hospital H1. Near to it:"),
        (("report", "van-dyk-2025"), "Near to it: van-dijk-2025"),
        (("digest", "--owner", "steward"), "Near to it: stewards"),
        (("digest", "--owner", "hospital:H1"), "There is no owner of a message hospital:H1."),
    ],
)
def test_what_does_not_exist_is_refused(
    refreshed: Path, arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments, home=refreshed) == 2
    answered = capsys.readouterr()
    assert said in answered.err
    assert answered.out == ""


def test_open_is_a_status_and_what_is_shown_when_none_is_named(
    refreshed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = []
    for more in (("--status", "open"), (), ("--status", "open", "--status", "accepted")):
        assert run("findings", "--json", *more, home=refreshed) == 0
        found.append([row["finding_id"] for row in json.loads(capsys.readouterr().out)])
    [(count,)] = ask(
        refreshed,
        "select count(*) from quality.findings where status in ('new', 'reopened', 'persisting')",
    )
    assert [len(one) for one in found] == [count] * 3
    assert found[0] == found[1]


def test_what_exists_and_has_no_finding_is_answered_with_nothing(
    refreshed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [(rule,), *_] = ask(
        refreshed,
        "select rule_id from quality.rules where rule_id not in "
        "(select rule_id from quality.findings) order by 1",
    )
    assert run("findings", "--rule", str(rule), home=refreshed) == 0
    assert capsys.readouterr().out == "Nothing.\n"
