"""Where the pages of the desk stand: on the file server beside the UI, and within `outputs`.

Belongs here: every address that the UI, a message, a worklist or a page links to, so that they
agree. Does not belong here: serving them (`assets.report_server`), writing them.

The server listens on loopback, one port above the Dagster UI. It serves `/outputs/` from the
current snapshot, `/worklists/` and `/data-docs/` from the current ones of the home folder.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote

LOOPBACK = "127.0.0.1"
OUTPUTS, WORKLISTS, DATA_DOCS = "outputs", "worklists", "data-docs"
QUALITY = PurePosixPath("quality")
MORNING_PAGE = QUALITY / "index.html"
ALL_RULES = QUALITY / "rules" / "index.html"
HOSPITALS = PurePosixPath("hospitals")
HOSPITAL_INDEX = HOSPITALS / "index.html"
REGISTRY = "registry"
"""The name of the worklist of what no hospital can answer."""

_TAKEN = (REGISTRY, HOSPITAL_INDEX.stem)
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}")


def rule_page_path(rule_id: str) -> PurePosixPath:
    """A rule's page within `outputs/`."""
    return QUALITY / "rules" / f"{rule_id}.html"


def worklist_name(hospital_id: str | None) -> str:
    """The file name of a hospital's worklist; of the registry's own without one.

    A hospital's id is whatever was delivered. Where it cannot be a file name, or is taken, what
    is left of it is followed by a piece of its hash.
    """
    return f"{REGISTRY if hospital_id is None else _file_name(hospital_id)}.xlsx"


def hospital_page_path(hospital_id: str) -> PurePosixPath:
    """A hospital's page within `outputs/`; named as its worklist."""
    return HOSPITALS / f"{_file_name(hospital_id)}.html"


def _file_name(hospital_id: str) -> str:
    if _PLAIN.fullmatch(hospital_id) and hospital_id.lower() not in _TAKEN:
        return hospital_id
    rest = re.sub(r"[^A-Za-z0-9_-]+", "_", hospital_id)[:40].strip("_")
    return f"{rest}-{hashlib.sha256(hospital_id.encode()).hexdigest()[:8]}"


@dataclass(frozen=True)
class Addresses:
    """The addresses of one site.

    Attributes:
        ui_port: port of the Dagster UI; the pages stand one above.
    """

    ui_port: int

    @property
    def root(self) -> str:
        """The file server, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.ui_port + 1}"

    @property
    def morning_page(self) -> str:
        """The page a steward reads first."""
        return self._address(OUTPUTS, str(MORNING_PAGE))

    @property
    def hospital_index(self) -> str:
        """The registry's list of hospitals, with their pages."""
        return self._address(OUTPUTS, str(HOSPITAL_INDEX))

    @property
    def data_docs(self) -> str:
        """Great Expectations' report of the newest snapshot it was asked about."""
        return self._address(DATA_DOCS, "index.html")

    def rule_page(self, rule_id: str) -> str:
        """The page of a rule with its open records."""
        return self._address(OUTPUTS, str(rule_page_path(rule_id)))

    def hospital_page(self, hospital_id: str) -> str:
        """The page of a hospital: its own figures beside those of the others."""
        return self._address(OUTPUTS, str(hospital_page_path(hospital_id)))

    def worklist(self, hospital_id: str | None = None) -> str:
        """The worklist of a hospital; the registry's own without one. It holds values."""
        return self._address(WORKLISTS, worklist_name(hospital_id))

    def study_report(self, study: str) -> str:
        """The report of a study."""
        return self._address(OUTPUTS, f"{study}/report.html")

    def _address(self, served: str, path: str) -> str:
        return f"{self.root}/{served}/{quote(path)}"
