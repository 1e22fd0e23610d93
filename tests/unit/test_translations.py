"""The rules in Dutch: complete, of today's English, and never in the way of a new rule."""

from pathlib import Path

import pytest

from expectations.catalogue import load_catalogue
from expectations.errors import CatalogueError
from expectations.translations import (
    Gaps,
    Translation,
    gaps,
    hash_of_english,
    read_translations,
    stamp,
    wording,
)

CATALOGUE = load_catalogue()
ONE = CATALOGUE.by_id["AE-T19"]


def entry(rule_id: str = "AE-T19", english: str = "0" * 8) -> str:
    return f"- id: {rule_id}\n  title: Een zin\n  fix: Nog een zin\n  english: {english}\n"


def written(folder: Path, text: str) -> Path:
    (folder / "nl.yaml").write_text(text, encoding="utf-8")
    return folder


def test_the_shipped_catalogue_is_wholly_translated() -> None:
    """Where this fails: `python -m expectations.translations` prints what is to be translated."""
    assert gaps(CATALOGUE.rules, read_translations()) == Gaps((), (), ())


def test_no_translation_is_the_english_itself() -> None:
    same = [
        rule_id
        for rule_id, one in read_translations().items()
        if one.title == CATALOGUE.by_id[rule_id].title or one.fix == CATALOGUE.by_id[rule_id].fix
    ]
    assert same == []


def test_a_new_rule_is_shown_in_english_and_listed_as_missing() -> None:
    said = wording(ONE.title, ONE.fix, None)
    assert (said.title, said.fix, said.is_translated) == (ONE.title, ONE.fix, False)
    assert gaps([ONE], {}) == Gaps((ONE.id,), (), ())


def test_a_reworded_rule_is_shown_in_english_until_it_is_translated_again() -> None:
    known = read_translations()
    said = wording("Something else must be true", ONE.fix, known[ONE.id])
    assert (said.title, said.is_translated) == ("Something else must be true", False)
    reworded = ONE.model_copy(update={"fix": "Look at both dates again."})
    assert gaps([reworded], {ONE.id: known[ONE.id]}) == Gaps((), (ONE.id,), ())


def test_a_translation_of_no_rule_is_listed() -> None:
    stray = Translation(id="AE-Z99", title="Een zin", fix="Nog een zin", english="0" * 8)
    assert gaps([], {"AE-Z99": stray}) == Gaps((), (), ("AE-Z99",))


def test_line_breaks_of_the_yaml_do_not_count_as_rewording() -> None:
    assert hash_of_english("One  sentence", "Another\none") == hash_of_english(
        "One sentence", "Another one"
    )


def test_what_was_translated_anew_is_stamped(tmp_path: Path) -> None:
    folder = written(tmp_path, "# head\n\n" + entry(english="new"))
    assert stamp(folder / "nl.yaml", CATALOGUE.rules) == 1
    assert gaps([ONE], read_translations(folder=folder)) == Gaps((), (), ())
    assert (folder / "nl.yaml").read_text(encoding="utf-8").startswith("# head\n\n- id: AE-T19\n")


def test_a_language_without_a_file_has_no_translations(tmp_path: Path) -> None:
    assert read_translations("fr", tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (entry() + entry(), "nl.yaml, line 5, translation AE-T19: it is translated already."),
        ("- id: AE-T19\n  title: Een zin\n  english: new\n", "`fix` is missing"),
        (entry(english="abc"), "line 4: `english`"),
        (entry("AE19"), "`id` is 'AE19'"),
        ("- [1\n", "nl.yaml, line "),
    ],
)
def test_a_bad_entry_gets_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        read_translations(folder=written(tmp_path, text))
    assert said in str(caught.value)
