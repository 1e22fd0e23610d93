"""The release of a study: which of its estimates may leave the registry.

Belongs here: the groups that may be named, the audited blocks put together, and which rows of
`marts.estimates` may be shown because of them. Does not belong here: the counts of a block
(`release_response`, `release_times`, `release_toxicity`), hiding (`etl/disclosure/protect`), how a
release looks (`etl/outputs/shareable`).

What is not audited is not released: milestones other than yearly ones, milestones of the
quality-filtered edition and of responders, delayed entry, and cumulative incidence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from etl.disclosure.counts import Block, Key
from etl.disclosure.policy import Policy
from etl.disclosure.protect import Exposed, Protected, protect
from etl.studies import release_response, release_times, release_toxicity
from etl.studies.definition import Study
from etl.studies.endpoints import RESPONDERS
from etl.studies.estimates import Row
from etl.studies.pairs import Pair, strata_of
from etl.studies.release_groups import ALL, Groups, choose_groups


@dataclass(frozen=True)
class Release:
    """What of a study may be shown.

    Attributes:
        groups: the groups that may be named.
        is_too_small: whether the study has too few patients for any number.
        is_empty: whether the study has no patient, and that may be said.
        blocks: what was decided for each block.
        times: the medians with what may be shown of them.
    """

    groups: Groups
    is_too_small: bool
    is_empty: bool
    blocks: tuple[Protected, ...]
    times: release_times.Medians

    def given(self, key: Key) -> tuple[int, ...] | None:
        """The counts of an item; None where it must not be shown, or is in no block."""
        return next((block.shown[key] for block in self.blocks if key in block.shown), None)

    def shows(self, key: Key) -> bool:
        """Whether an item may be shown; what is in no block may not."""
        return self.given(key) is not None

    def shows_row(
        self,
        edition: str,
        stratum: str,
        subset: str,
        endpoint: str,
        statistic: str,
        at: int | None,
    ) -> bool:
        """Whether a row of `marts.estimates` may be shown."""
        if self.is_empty:
            return True
        keys = _needed(edition, stratum, subset, endpoint, statistic, at)
        if keys is None or self.is_too_small or not self.groups.names(stratum):
            return False
        if statistic == "median" and not self.times.is_safe(edition, stratum, subset, endpoint):
            return False
        return all(map(self.shows, keys))

    def shows_size(self, edition: str, stratum: str, subset: str, endpoint: str) -> bool:
        """Whether the size of the set of a time may be shown, with or without its median."""
        keys = _needed(edition, stratum, subset, endpoint, "median", None)
        is_told = self.times.tells_size(edition, stratum, subset, endpoint)
        return keys is not None and is_told and all(map(self.shows, keys))

    @property
    def exposed(self) -> tuple[Exposed, ...]:
        """Small counts that are not protected."""
        return tuple(one for block in self.blocks for one in block.exposed)


def release_study(study: Study, pairs: Sequence[Pair], policy: Policy) -> Release:
    """Decide what of a study's estimates may be shown, jointly over endpoints and groups."""
    groups = choose_groups(strata_of(study, pairs), pairs, policy)
    is_too_small = policy.is_small(len(pairs))
    is_empty = not pairs and not is_too_small
    medians = release_times.safe_medians(study, pairs, groups, policy)
    if is_too_small or is_empty:
        return Release(groups, is_too_small, is_empty, (), medians)
    milestones, medians = _milestones(study, pairs, groups, medians, policy)
    others = (protect(block, policy) for block in _blocks(study, pairs, groups))
    return Release(groups, is_too_small, is_empty, (milestones, *others), medians)


def mark_suppressed_rows(rows: Sequence[Row], release: Release) -> list[bool]:
    """Which rows the release does not show."""
    return [
        not release.shows_row(
            row.edition, row.stratum, row.subset, row.endpoint, row.statistic, row.at
        )
        for row in rows
    ]


def _milestones(
    study: Study,
    pairs: Sequence[Pair],
    groups: Groups,
    medians: release_times.Medians,
    policy: Policy,
) -> tuple[Protected, release_times.Medians]:
    """The milestones, and the medians: one that says too much about a milestone goes, too."""
    while True:
        block = release_times.milestone_block(study, pairs, groups, medians)
        found = protect(block, policy)
        fewer = medians.without_the_smallest()
        if not found.exposed or not policy.complementary or fewer is None:
            return found, medians
        medians = fewer


def _blocks(study: Study, pairs: Sequence[Pair], groups: Groups) -> Iterator[Block]:
    yield release_response.response_block(study, pairs, groups)
    yield release_toxicity.toxicity_block(study, pairs, groups)
    yield from release_times.set_blocks(study, pairs, groups)


def _needed(
    edition: str, stratum: str, subset: str, endpoint: str, statistic: str, at: int | None
) -> tuple[Key, ...] | None:
    """Keys of the items that a row says together; None for rows that are never released."""
    if statistic == "proportion":
        return (("proportion", edition, stratum, endpoint),)
    if endpoint.endswith("_delayed_entry"):
        return None
    if subset == RESPONDERS:
        if statistic == "median" and edition == "as_registered":
            # The size of the set is the number of responders.
            return (("proportion", edition, stratum, "orr"),)
        return None
    size = ("set", edition, stratum, "os" if endpoint == "follow_up" else endpoint)
    if statistic == "median":
        return (size,)
    if statistic == "survival_at" and edition == "as_registered" and endpoint in ("pfs", "os"):
        return (size, ("survival", stratum, endpoint, at))
    return None


__all__ = ["ALL", "Release", "mark_suppressed_rows", "release_study"]
