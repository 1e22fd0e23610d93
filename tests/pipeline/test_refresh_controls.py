"""A night whose rules miss their controls is red, publishes nothing, and tells the engineer.

Belongs here: the whole command with a rule made lame. Does not belong here: what the controls
notice (tests/rules).
"""

from pathlib import Path

import pytest

from tests.pipeline.support_refresh import DAY, ask, current, edit, refresh


def test_a_sound_night_publishes_its_controls(refreshed: Path) -> None:
    rules = ask(refreshed, "select count(*) from quality.rules")
    controlled = ask(
        refreshed,
        "select count(*) from quality.controls inner join quality.rules using (rule_id) "
        "where examples > 0 and missed = 0 and missed_examples is null",
    )
    assert controlled == rules


def test_a_lame_rule_holds_the_publication_and_names_itself(
    home: Path, export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = current(home)
    findings = ask(home, "select * from quality.findings order by finding_id")
    edit(export, "patients", lambda rows: rows[0].update(sex="x"))
    monkeypatch.setenv("LAME_RULE", "AE-T19")
    held = refresh(export, home, "--as-of", DAY)
    assert held.code == 1
    assert "For the engineer: 1 rules missed their control: AE-T19 (example 2" in held.err
    assert "expected violated, given holds" in held.err
    assert current(home) == before
    assert ask(home, "select * from quality.findings order by finding_id") == findings
    monkeypatch.delenv("LAME_RULE")
    again = refresh(export, home, "--as-of", DAY)
    assert (again.code, again.err) == (0, "")
    assert current(home) != before
