"""Moved by one step, every parameter and key moves a number or a boundary patient."""

from collections.abc import Iterator

import pytest

from etl.parameters import Parameters
from etl.synthetic.boundaries import Boundary, boundaries
from tests.pipeline.mutations import (
    PAGE,
    SEED,
    STUDY_KEYS,
    UNTESTED,
    UNTESTED_KEYS,
    Mutations,
    demonstration,
    moved_study,
    page,
    study_keys,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def mutations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mutations]:
    with demonstration(tmp_path_factory.mktemp("mutations")) as asked:
        yield asked


def test_every_parameter_has_a_story_or_is_named_as_untested() -> None:
    told = {story.parameter for story in boundaries() if not story.is_of_study}
    assert told | UNTESTED.keys() == set(Parameters.model_fields)
    assert told.isdisjoint(UNTESTED)


def test_every_key_of_a_study_is_moved_or_is_named_as_untested() -> None:
    assert STUDY_KEYS.keys() | UNTESTED_KEYS.keys() == study_keys()


def test_the_boundary_patients_are_outside_the_printed_cohort(mutations: Mutations) -> None:
    members = mutations.of_study(SEED).members
    assert len(members) == 73
    assert len(set(mutations.bearers.values())) == len(boundaries())
    assert members.keys().isdisjoint(mutations.bearers.values())
    assert set(mutations.bearers.values()) <= set(mutations.night.registry.ipilimumab_treated)


@pytest.mark.parametrize("story", boundaries(), ids=lambda story: story.name)
def test_a_boundary_patient_changes(mutations: Mutations, story: Boundary) -> None:
    assert story.changes in mutations.changes(story)


@pytest.mark.parametrize("story", boundaries(), ids=lambda story: story.name)
def test_it_takes_the_step_to_change_them(mutations: Mutations, story: Boundary) -> None:
    """The patient on the other side of a boundary does not change with this one."""
    others = [
        other
        for other in boundaries()
        if (other.parameter, other.under) == (story.parameter, story.under) and other != story
    ]
    if isinstance(story.moved, int):
        assert all(story.changes not in mutations.changes(other, story) for other in others)


@pytest.mark.parametrize("key", STUDY_KEYS)
def test_a_key_of_the_study_changes_it(mutations: Mutations, key: str) -> None:
    own = mutations.of_study(SEED)
    assert own.moved(mutations.of_study(moved_study(key, STUDY_KEYS[key])))


def test_the_page_says_so(mutations: Mutations) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(mutations), (
        "run python -m tests.pipeline.mutations"
    )
