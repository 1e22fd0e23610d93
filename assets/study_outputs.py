"""What Dagster shows of a study's outputs: shareable estimates, a small drawing, links.

Belongs here: the metadata of `outputs/<study>`. Does not belong here: writing the outputs, or what
of them may be shown where nobody logs in (`etl/outputs/overview`).
"""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path

import dagster as dg

from etl.outputs.overview import read_overview
from etl.outputs.quality.addresses import Addresses

FILES = {
    "report": "report.html",
    "shareable_report": "shareable/report.html",
    "estimates": "estimates.csv",
}
"""Links by the name of their metadata; one to a file that was not written is left out."""


def outputs_metadata(
    study: str, folder: Path, written: Sequence[Path], addresses: Addresses
) -> Mapping[str, dg.MetadataValue | int]:
    """The metadata of a study's outputs: a table, a drawing and links that open.

    Args:
        study: its id.
        folder: its outputs.
        written: the files of tonight.
        addresses: where the server of the reports stands.
    """
    overview = read_overview(folder)
    shown: dict[str, dg.MetadataValue | int] = {
        "files": len(written),
        "main_estimates": dg.MetadataValue.md(overview.estimates),
    }
    if overview.drawing is not None:
        encoded = base64.b64encode(overview.drawing).decode("ascii")
        words = overview.words.replace("[", "(").replace("]", ")")
        shown["selection"] = dg.MetadataValue.md(f"![{words}](data:image/png;base64,{encoded})")
    for name, file in FILES.items():
        if folder / file in written:
            address = f"{addresses.root}/outputs/{study}/{file}"
            shown[name] = dg.MetadataValue.url(address)
    return shown
