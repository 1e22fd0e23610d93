"""Great Expectations after the night, as an asset of a job of its own.

Belongs here: what of the second opinion the UI shows. Does not belong here: asking it
(`etl.second_opinion`), when it is asked (`sensors`).

It is no part of the nightly job: it takes longer than a night of a small registry, and what it
says stops nobody's publication.
"""

from collections.abc import Callable
from typing import Any

import dagster as dg

from assets.guard import spoken
from assets.resources import Warehouse

SECOND_OPINION = dg.AssetKey(["quality", "second_opinion"])
_PATIENCE_SECONDS = 600
_SHOWN = 20


def build_second_opinion(after: dg.AssetKey) -> dg.AssetsDefinition:
    """The asset: what Great Expectations counts of the night that stands in the warehouse."""

    @dg.asset(
        key=SECOND_OPINION,
        deps=[after],
        description=(
            "Great Expectations asked every rule, natively where it can: its counts beside ours, "
            "and Data Docs without values. It fails where the two differ."
        ),
        group_name="quality",
        kinds={"greatexpectations", "html"},
        owners=["team:stewards"],
    )
    def second_opinion(warehouse: Warehouse) -> dg.MaterializeResult[None]:
        from etl.outputs.quality.addresses import Addresses
        from etl.refresh import the_catalogue
        from etl.second_opinion import SecondOpinion, ask_session, must_agree, second_opinion

        settings = warehouse.settings
        catalogue = the_catalogue()

        def ask() -> SecondOpinion:
            if warehouse.is_writing:  # within a run that holds the warehouse itself
                return ask_session(warehouse.read(), settings, catalogue)
            return second_opinion(settings, catalogue, patience_seconds=_PATIENCE_SECONDS)

        found = spoken("Asking Great Expectations", ask)
        metadata: dict[str, Any] = {"snapshot": found.snapshot_id, **found.opinion.counts()}
        if found.folder is not None:
            address = Addresses(settings.ui_port).data_docs
            metadata["data_docs"] = dg.MetadataValue.url(address)
        sentences = found.opinion.sentences()
        if sentences:
            metadata["disagreements"] = "\n".join(sentences[:_SHOWN])
            raise dg.Failure(_sentence(lambda: must_agree(found)), metadata, allow_retries=False)
        return dg.MaterializeResult(metadata=metadata)

    return second_opinion


def _sentence(refuse: Callable[[], None]) -> str:
    try:
        refuse()
    except Exception as error:
        return str(error)
    return ""
