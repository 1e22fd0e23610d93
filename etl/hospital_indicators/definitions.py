"""The indicators of hospitals: what each asks, of whom, which side is good, and who says so.

Belongs here: definitions as data; a new indicator is one entry of `INDICATORS`. Does not belong
here: counting (`counts`) and what is computed of the counts (`build`).

`asked` and `has` are conditions of SQL on one row of the entry's `base`, whose columns stand in
`counts.BASES`. Outcomes are as registered: values that a finding makes doubtful count here, because
a hospital should see the figure that its own records give.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["count", "share", "median", "survival"]
Direction = Literal["high is good", "low is good", "neither"]
Base = Literal["patients", "lines", "completeness"]
Group = Literal["volume", "registration", "care"]

STATUS_DAYS = 183
"""Vital status confirmed within six months of the data cut-off is recent: a choice of ours."""
ASSESSED_AFTER_DAYS = 84
"""A line younger than twelve weeks may not have had its first assessment: a choice of ours."""
YEAR_DAYS = 365
MONTH_DAYS = 30
OURS = "A choice of ours."


@dataclass(frozen=True)
class Indicator:
    """One indicator.

    Attributes:
        id: its name in the mart.
        title: heading, a few words.
        definition: what it says, in one or two sentences.
        numerator: who is counted, in words.
        denominator: of whom, in words.
        kind: share, count, median of days, or survival at one year.
        group: where it stands on the page.
        direction: which side is good.
        source: who defines it so.
        base: of what it counts rows.
        asked: SQL, the rows of the denominator.
        has: SQL, the rows of the numerator; of a median, the days.
        has_funnel: whether a page draws it as a funnel plot.
        by_year: whether the mart has a row for each year.
        needs: columns of the export; where the source collects none of them the indicator is not
            made.
    """

    id: str
    title: str
    definition: str
    numerator: str
    denominator: str
    kind: Kind
    group: Group
    direction: Direction
    source: str
    base: Base
    asked: str = "true"
    has: str = "true"
    has_funnel: bool = False
    by_year: bool = True
    needs: tuple[str, ...] = ()


def _known(item: str, title: str, more: str = "") -> Indicator:
    return Indicator(
        id=f"{item}_known",
        title=f"{title[0].upper()}{title[1:]} known at diagnosis",
        definition=f"Patients whose {title} at diagnosis of advanced disease is known.{more}",
        numerator=f"patients with {title} given, neither unknown nor not tested",
        denominator="patients of the hospital",
        kind="share",
        group="registration",
        direction="high is good",
        source=f"{OURS} The registry asks for it of every patient.",
        base="completeness",
        asked=f"item = '{item}'",
    )


_FIRST = "setting = 'advanced' and line_number = 1"
_PD_1 = "regimen_class = 'anti-PD-1'"
_IPI_NIVO = "regimen = 'ipilimumab+nivolumab'"
_RESPONSE = "Best response CR or PR, confirmation not asked for (RECIST 1.1, Eisenhauer 2009)."
_YEAR_AGO = f"start_date <= cut_off - {YEAR_DAYS}"
_RESPONSES = ("responses.response", "treatments.best_response")
_TOXICITY = ("treatments.severe_toxicity", "adverse_events.grade")
_DEATHS = ("patients.vital_status", "patients.death_date")

INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        id="patients",
        title="Patients",
        definition="Patients registered, by year of diagnosis of advanced disease.",
        numerator="patients of the hospital",
        denominator="",
        kind="count",
        group="volume",
        direction="neither",
        source=OURS,
        base="patients",
    ),
    Indicator(
        id="lines",
        title="Lines of therapy",
        definition="Lines of therapy for advanced disease as derived, by the year they began.",
        numerator="advanced lines of the hospital's patients",
        denominator="",
        kind="count",
        group="volume",
        direction="neither",
        source=OURS,
        base="lines",
        asked="setting = 'advanced'",
    ),
    _known("ecog", "ECOG performance status"),
    _known("ldh", "LDH"),
    _known("braf", "BRAF", " Not tested is not known."),
    _known("brain_metastases", "brain metastases"),
    Indicator(
        id="response_evaluable",
        title="Response evaluable",
        definition=(
            "Advanced lines with at least one evaluable assessment, among those that began twelve "
            "weeks or more before the data cut-off."
        ),
        numerator="lines with an evaluable assessment",
        denominator="advanced lines begun 84 days or more before the cut-off",
        kind="share",
        group="registration",
        direction="high is good",
        source=OURS,
        base="lines",
        asked=f"setting = 'advanced' and start_date <= cut_off - {ASSESSED_AFTER_DAYS}",
        has="response_evaluable",
        has_funnel=True,
        needs=_RESPONSES,
    ),
    Indicator(
        id="toxicity_known",
        title="Toxicity known",
        definition="Advanced lines of which it is known whether there was severe toxicity.",
        numerator="lines with toxicity known",
        denominator="advanced lines",
        kind="share",
        group="registration",
        direction="high is good",
        source=OURS,
        base="lines",
        asked="setting = 'advanced'",
        has="toxicity_known",
        has_funnel=True,
        needs=_TOXICITY,
    ),
    Indicator(
        id="vital_status_recent",
        title="Vital status recent",
        definition=(
            "Patients not known to be dead who were known to be alive six months or less before "
            "the data cut-off."
        ),
        numerator=f"patients known to be alive within {STATUS_DAYS} days of the cut-off",
        denominator="patients not known to be dead",
        kind="share",
        group="registration",
        direction="high is good",
        source=OURS,
        base="patients",
        asked="not is_dead",
        has=f"coalesce(last_alive_date >= cut_off - {STATUS_DAYS}, false)",
        has_funnel=True,
        needs=("patients.vital_status_date", "patients.last_contact_date"),
    ),
    Indicator(
        id="days_to_treatment",
        title="Days from diagnosis to treatment",
        definition=(
            "Median days from diagnosis of advanced disease to the start of the first advanced "
            "line; a line that began before the diagnosis is left out."
        ),
        numerator="",
        denominator="first advanced lines with a date of diagnosis on or before their start",
        kind="median",
        group="care",
        direction="neither",
        source=f"{OURS} Waiting may be meant: not every patient needs treatment at once.",
        base="lines",
        asked=f"{_FIRST} and days_from_diagnosis >= 0",
        has="days_from_diagnosis",
    ),
    Indicator(
        id="orr_anti_pd_1",
        title="Response to first-line anti-PD-1",
        definition=(
            f"{_RESPONSE} First advanced lines of anti-PD-1 alone, among those evaluable for "
            "response."
        ),
        numerator="responders",
        denominator="evaluable first advanced lines of anti-PD-1",
        kind="share",
        group="care",
        direction="high is good",
        source=OURS,
        base="lines",
        asked=f"{_FIRST} and {_PD_1} and response_evaluable",
        has="responder",
        has_funnel=True,
        needs=_RESPONSES,
    ),
    Indicator(
        id="orr_ipi_nivo",
        title="Response to first-line ipilimumab+nivolumab",
        definition=(
            f"{_RESPONSE} First advanced lines of ipilimumab with nivolumab, among those evaluable "
            "for response."
        ),
        numerator="responders",
        denominator="evaluable first advanced lines of ipilimumab+nivolumab",
        kind="share",
        group="care",
        direction="high is good",
        source=OURS,
        base="lines",
        asked=f"{_FIRST} and {_IPI_NIVO} and response_evaluable",
        has="responder",
        has_funnel=True,
        needs=_RESPONSES,
    ),
    Indicator(
        id="severe_irae_ipi_nivo",
        title="Severe immune-related toxicity of ipilimumab+nivolumab",
        definition=(
            "Advanced lines of ipilimumab with nivolumab that had an immune-related event of grade "
            "3 or more, among those whose toxicity is known and its cause reported."
        ),
        numerator="lines with an immune-related event of grade 3 or more",
        denominator="advanced lines of ipilimumab+nivolumab with toxicity known and reported",
        kind="share",
        group="care",
        direction="neither",
        source=f"CTCAE grade 3 or more. {OURS} A low value may be events that were not registered.",
        base="lines",
        asked=(
            f"setting = 'advanced' and {_IPI_NIVO} and toxicity_known "
            "and severe_irae_status in ('yes', 'no')"
        ),
        has="severe_irae_status = 'yes'",
        has_funnel=True,
        needs=_TOXICITY,
    ),
    Indicator(
        id="alive_1_year",
        title="Alive one year after the first line began",
        definition=(
            "Patients alive a year after their first advanced line began, among those whose line "
            "began a year or more before the data cut-off and whose status a year on is known."
        ),
        numerator="patients alive on day 365",
        denominator="patients known to be alive or dead on day 365",
        kind="share",
        group="care",
        direction="high is good",
        source=f"{OURS} The limits are those of this share; the Kaplan-Meier estimate stands by.",
        base="lines",
        asked=f"{_FIRST} and {_YEAR_AGO} and (os_event or os_days >= {YEAR_DAYS})",
        has=f"not (os_event and os_days <= {YEAR_DAYS})",
        has_funnel=True,
        needs=_DEATHS,
    ),
    Indicator(
        id="survival_1_year",
        title="Survival one year after the first line began (Kaplan-Meier)",
        definition=(
            "Kaplan-Meier estimate at day 365 of overall survival from the start of the first "
            "advanced line, over lines begun a year or more before the data cut-off; those lost "
            "to follow-up are censored."
        ),
        numerator="patients who died by day 365",
        denominator="patients with a known follow-up",
        kind="survival",
        group="care",
        direction="high is good",
        source=f"{OURS} Log(-log) interval of Greenwood's variance.",
        base="lines",
        asked=f"{_FIRST} and {_YEAR_AGO} and os_days is not null",
        has="os_event",
        by_year=False,
        needs=_DEATHS,
    ),
    Indicator(
        id="mortality_30_days",
        title="Died within 30 days of the last treatment start",
        definition=(
            "Patients who died within 30 days of the start of their last advanced line, among "
            "those whose status 30 days on is known."
        ),
        numerator="patients dead within 30 days of that start",
        denominator="patients with an advanced line and a status known 30 days on",
        kind="share",
        group="care",
        direction="low is good",
        source=(
            "After Wallington, Lancet Oncol 2016;17:1203-16, who count from the last cycle; the "
            "registry knows the start of a line."
        ),
        base="lines",
        asked=(
            "setting = 'advanced' and is_last_line and "
            f"(os_days >= {MONTH_DAYS} or os_event) and start_date <= cut_off - {MONTH_DAYS}"
        ),
        has=f"os_event and os_days <= {MONTH_DAYS}",
        has_funnel=True,
        needs=_DEATHS,
    ),
)

BY_ID = {one.id: one for one in INDICATORS}
