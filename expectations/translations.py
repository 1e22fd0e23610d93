"""The sentences of the rules in another language, read from `rules/translations/<code>.yaml`.

Belongs here: reading them, and saying which rules lack one or have an outdated one. Does not
belong here: rules (catalogue), where a sentence is shown.

A translation names the English it was made from by a short hash. Where the English has changed
since, or a rule has no translation, the English stands in and is marked: somebody who adds or
rewords a rule in one file is not held up, and nobody reads a translation of what a rule no longer
says. `python -m expectations.translations` lists what is to be translated, and stamps what is
written under `english: new`.
"""

import hashlib
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from expectations.catalogue import RULES_FOLDER, Rule, load_catalogue
from expectations.errors import CatalogueError
from expectations.rule_files import read_entries, validated

TRANSLATIONS_FOLDER = RULES_FOLDER / "translations"
DUTCH = "nl"
_UNSTAMPED = "new"


class Translation(BaseModel):
    """One rule's sentences in another language, and the hash of the English they translate."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[A-Z]{2,3}-[A-Z]\d{2}[a-z]?$")
    title: str = Field(min_length=5)
    fix: str = Field(min_length=5)
    english: str = Field(pattern=r"^([0-9a-f]{8}|new)$")


@dataclass(frozen=True)
class Wording:
    """What a rule says in one language; not `is_translated` when the English stands in."""

    title: str
    fix: str
    is_translated: bool


@dataclass(frozen=True)
class Gaps:
    """What keeps a language from being complete: ids without, with an outdated, of no rule."""

    missing: tuple[str, ...]
    outdated: tuple[str, ...]
    unknown: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.missing or self.outdated or self.unknown)


def read_translations(
    language: str = DUTCH, folder: Path = TRANSLATIONS_FOLDER
) -> dict[str, Translation]:
    """The translations of one language by rule id; none where there is no file.

    Raises:
        CatalogueError: an entry is wrong, or a rule stands there twice; the sentence names file
            and line.
    """
    path = folder / f"{language}.yaml"
    if not path.exists():
        return {}
    found: dict[str, Translation] = {}
    for entry in read_entries(path, "translations, each starting with '- '"):
        one = validated(entry, Translation, "translation")
        if one.id in found:
            raise CatalogueError(f"{entry.place}, translation {one.id}: it is translated already.")
        found[one.id] = one
    return found


def hash_of_english(title: str, fix: str) -> str:
    """The hash by which a translation names the English it was made from."""
    return hashlib.sha256(" ".join(f"{title}\n{fix}".split()).encode()).hexdigest()[:8]


def wording(title: str, fix: str, translation: Translation | None) -> Wording:
    """What a rule says: its translation where that is of this English, else the English."""
    if translation is None or translation.english != hash_of_english(title, fix):
        return Wording(title, fix, False)
    return Wording(translation.title, translation.fix, True)


def gaps(rules: Iterable[Rule], translations: Mapping[str, Translation]) -> Gaps:
    """Which rules lack a translation, have an outdated one, or are none."""
    known = {rule.id: rule for rule in rules}
    return Gaps(
        missing=tuple(sorted(set(known) - set(translations))),
        outdated=tuple(
            sorted(
                rule.id
                for rule in known.values()
                if rule.id in translations
                and translations[rule.id].english != hash_of_english(rule.title, rule.fix)
            )
        ),
        unknown=tuple(sorted(set(translations) - set(known))),
    )


def stamp(path: Path, rules: Iterable[Rule]) -> int:
    """Write the hash of today's English where a translation says `english: new`; how many."""
    known = {rule.id: rule for rule in rules}
    lines, rule_id, stamped = [], "", 0
    for line in path.read_text(encoding="utf-8").splitlines():
        started = re.match(r"- id: (\S+)", line)
        rule_id = started.group(1) if started else rule_id
        if line.strip() == f"english: {_UNSTAMPED}" and rule_id in known:
            rule = known[rule_id]
            line = line.replace(_UNSTAMPED, hash_of_english(rule.title, rule.fix))
            stamped += 1
        lines.append(line)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return stamped


def main() -> None:
    """Stamp what was translated, and list what is to be."""
    rules = load_catalogue().rules
    stamped = stamp(TRANSLATIONS_FOLDER / f"{DUTCH}.yaml", rules)
    found = gaps(rules, read_translations())
    by_id = {rule.id: rule for rule in rules}
    said = [f"# {stamped} stamped; {len(found.unknown)} of no rule: {', '.join(found.unknown)}"]
    for rule_id in (*found.missing, *found.outdated):
        rule = by_id[rule_id]
        why = "missing" if rule_id in found.missing else "outdated"
        said.append(f"- id: {rule_id}  # {why}\n  title: {rule.title}\n  fix: {rule.fix}")
    sys.stdout.write("\n".join(said) + "\n")


if __name__ == "__main__":
    main()
