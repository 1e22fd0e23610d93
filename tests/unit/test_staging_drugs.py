"""Drug normalisation: what was written becomes substances, or is left unrecognised."""

from datetime import date

from tests.support import native, rows, run_layers


def substances(con, written):
    """For each cell, its substances in order; None for a part that was not recognised."""
    native(
        con,
        patients="patient_id\nP1",
        treatments="treatment_id | patient_id\nT1 | P1",
        drugs=[{"treatment_id": "T1", "drug": cell} for cell in written],
    )
    run_layers(con, "staging")
    found = rows(
        con,
        "select source_line, substance from staging.drug_substances "
        "order by source_line, substance_ordinal",
    )
    return [[s for line, s in found if line == n] for n in range(2, 2 + len(written))]


IPI_NIVO = ["ipilimumab", "nivolumab"]
DAB_TRAM = ["dabrafenib", "trametinib"]
CELLS = {
    "ipilimumab": ["ipilimumab"],
    "YERVOY": ["ipilimumab"],
    "L01FX04": ["ipilimumab"],
    "l01fx04": ["ipilimumab"],
    "ipi+nivo": IPI_NIVO,
    "IPINIVO": IPI_NIVO,
    "Opdivo/Yervoy": ["nivolumab", "ipilimumab"],
    "Nivolumab; Ipilimumab": IPI_NIVO,
    "ipilimumab & nivolumab": IPI_NIVO,
    "ipilimumab met nivolumab": IPI_NIVO,
    "nivolumab 3 mg/kg + ipilimumab 1mg/kg": IPI_NIVO,
    "Nivolumab 480mg": ["nivolumab"],
    "dab-tram": DAB_TRAM,
    "dabrafenib en trametinib": DAB_TRAM,
    "Dabrafenib AND Trametinib": DAB_TRAM,
    "vem with cobi": ["vemurafenib", "cobimetinib"],
    "Opdualag": ["nivolumab", "relatlimab"],
    "L01FY02": ["nivolumab", "relatlimab"],
    "Talimogene Laherparepvec (T-VEC)": ["talimogene laherparepvec"],
    "Interferon-\u03b12": ["interferon alfa"],
    "Interferon-?2": ["interferon alfa"],
    "Dacabarzine": ["dacarbazine"],
    "FOLFIRI + Erbitux": ["fluorouracil", "folinic acid", "irinotecan", "cetuximab"],
    "irinotecan + cetuximab": ["irinotecan", "cetuximab"],
    "oxaliplatin en Avastin": ["oxaliplatin", "bevacizumab"],
    "trifluridine/tipiracil": ["trifluridine and tipiracil"],
    "Yervoy + ipilimumab": ["ipilimumab"],
    "ipilimumab +": ["ipilimumab"],
    "study drug": ["investigational"],
    "study drug + ipi": ["investigational", "ipilimumab"],
    "A / B": [None, None],
    "BRAF inhibitor": [None],
    "pembrolizumabje": [None],
}


def test_cells(con):
    assert dict(zip(CELLS, substances(con, CELLS), strict=True)) == CELLS


def test_an_unrecognised_part_keeps_what_was_written_and_is_of_no_class(con):
    substances(con, ["Middel X17 + ipi"])
    assert rows(
        con,
        "select written, substance, drug_class, is_systemic from staging.drug_substances "
        "order by substance_ordinal",
    ) == [("Middel X17", None, None, None), ("ipi", "ipilimumab", "anti-CTLA-4", True)]


def test_a_cell_with_more_parts_than_anybody_gives_is_not_cut_short(con):
    assert substances(con, ["+".join(f"y{n}" for n in range(100))]) == [[None] * 100]


def test_regimen_speaks_where_the_episode_has_no_drug_rows(con):
    native(
        con,
        patients="patient_id\nP1",
        treatments="""
            treatment_id | patient_id | regimen  | start_date | stop_date
            T1           | P1         | ipi+nivo | 2020-01    | 2020-03-01
            T2           | P1         | ipi+nivo | 2021-01-05 |
            T3           | P1         |          | 2022       |
        """,
        drugs="""
            treatment_id | drug   | start_date | doses
            T2           | Opdivo |            | 4
            T9           | Yervoy | 2021       | 4
        """,
    )
    run_layers(con, "staging")
    assert rows(
        con,
        "select treatment_id, origin, substance, start_date, start_date_earliest, stop_date, "
        "doses, record_key, source_file from staging.drug_substances "
        "order by treatment_id, substance_ordinal",
    ) == [
        (
            *("T1", "regimen", "ipilimumab", date(2020, 1, 15), date(2020, 1, 1)),
            *(date(2020, 3, 1), None, "T1", "treatments.csv"),
        ),
        (
            *("T1", "regimen", "nivolumab", date(2020, 1, 15), date(2020, 1, 1)),
            *(date(2020, 3, 1), None, "T1", "treatments.csv"),
        ),
        (
            *("T2", "drugs", "nivolumab", date(2021, 1, 5), date(2021, 1, 5)),
            *(None, 4, "T2|e1561208|1", "drugs.csv"),
        ),
        (
            *("T3", "regimen", None, date(2022, 7, 1), date(2022, 1, 1)),
            *(None, None, "T3", "treatments.csv"),
        ),
    ]


def test_each_placed_drug_row_is_accounted_for(con):
    written = [*CELLS, "", "ipi + + nivo"]
    substances(con, written)
    counted = "select count(distinct source_line) from staging.drug_substances"
    assert rows(con, counted) == [(len(written),)]
