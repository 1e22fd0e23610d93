"""Drug texts as hospitals write them, in English, Dutch and German, and what is read in each.

In the table: the text, a bar, and what is read in it, parted by semicolons. `?X17` is a name
that cannot be read, `-` no treatment, `=name` a medicine that is not systemic, `>name` what an
arrow put after the rest, `name>` what stands before it and has no known stop.
"""

import duckdb
import pytest

from etl.outputs.quality import unread_names
from expectations.codelists import load_codelists
from tests.support import native, rows, run_layers
from tests.unit.ledger_support import catalogue_of
from tests.unit.quality_support import desk, said

TEXTS = """
nivolumab | nivolumab
NIVOLUMAB | nivolumab
Opdivo | nivolumab
L01FF01 | nivolumab
l01xc17 | nivolumab
Opdivo\u00ae 240 mg | nivolumab
nivolumab (BMS-936558) | nivolumab
BMS-936558 (MDX-1106) | nivolumab
Nivolumab (Opdivo) 3 mg/kg | nivolumab
nivolumab 240 mg q2w | nivolumab
nivolumab 240mg q2w x4 | nivolumab
nivolumab 480 mg q 4 weeks | nivolumab
nivolumab 240 mg iv elke 2 weken | nivolumab
nivolumab 240 mg i.v. alle 2 Wochen | nivolumab
Nivolumab s.c. 1200 mg | nivolumab
nivolumab SC | nivolumab
nivolumab and hyaluronidase-nvhy | nivolumab
nivo mono | nivolumab
nivo 480mg q4w onderhoud | nivolumab
Nivolumab-Erhaltung | nivolumab
nivolumab maintenance | nivolumab
nivolumab monotherapie (palliatief) | nivolumab
nivolumab monotherapy, flat dose | nivolumab
nivolumab 3mg/kg Q2W x 4 | nivolumab
Nivolumab 3 mg/kg, 4 kuren | nivolumab
nivolumab 4 Zyklen | nivolumab
nivolumab adjuvant | nivolumab
nivolumab - adjuvans | nivolumab
pembrolizumab 200 mg q3w | pembrolizumab
pembrolizumab 2 mg/kg | pembrolizumab
pembro q6w 400mg | pembrolizumab
Pembrolizumab 400 mg a 6 weken | pembrolizumab
Keytruda (pembrolizumab) | pembrolizumab
MK-3475 | pembrolizumab
lambrolizumab 10 mg/kg q2w | pembrolizumab
1e lijn pembrolizumab | pembrolizumab
pembrolizumab tot 2 jaar | pembrolizumab
ipilimumab | ipilimumab
Yervoy 3 mg/kg x4 | ipilimumab
ipilimumab 10 mg/kg | ipilimumab
ipi | ipilimumab
MDX-010 | ipilimumab
ipi+nivo | ipilimumab; nivolumab
IPINIVO | ipilimumab; nivolumab
ipi-nivo | ipilimumab; nivolumab
ipi/nivo 4x | ipilimumab; nivolumab
nivo / ipi | nivolumab; ipilimumab
ipi 3 + nivo 1 | ipilimumab; nivolumab
ipi3/nivo1 | ipilimumab; nivolumab
ipi1nivo3 | ipilimumab; nivolumab
ipi (3 mg/kg) + nivo (1 mg/kg) | ipilimumab; nivolumab
Nivolumab 1 mg/kg + Ipilimumab 3 mg/kg q3w x4 | nivolumab; ipilimumab
ipilimumab plus nivolumab | ipilimumab; nivolumab
ipilimumab with nivolumab | ipilimumab; nivolumab
ipilimumab met nivolumab | ipilimumab; nivolumab
ipilimumab en nivolumab | ipilimumab; nivolumab
Ipilimumab und Nivolumab | ipilimumab; nivolumab
Ipilimumab mit Nivolumab | ipilimumab; nivolumab
ipilimumab i.c.m. nivolumab | ipilimumab; nivolumab
ipilimumab in combinatie met nivolumab | ipilimumab; nivolumab
ipilimumab in Kombination mit Nivolumab | ipilimumab; nivolumab
combination ipilimumab & nivolumab | ipilimumab; nivolumab
ipilimumab, nivolumab; relatlimab | ipilimumab; nivolumab; relatlimab
ipilimumab nivolumab relatlimab | ipilimumab; nivolumab; relatlimab
Opdualag | nivolumab; relatlimab
nivolumab + relatlimab-rmbw | nivolumab; relatlimab
NIVOLUMAB + RELATLIMAB-RMBW | nivolumab; relatlimab
nivolumab and relatlimab-rmbw (Opdualag) | nivolumab; relatlimab
relatlimab\u2013rmbw | relatlimab
bevacizumab-awwb + ipilimumab | bevacizumab; ipilimumab
bevacizumab-bvzr | bevacizumab
trastuzumab-dttb | trastuzumab
trastuzumab-qyyp | trastuzumab
rituximab-abbs | rituximab
Bevacizumab biosimilar (Mvasi) | bevacizumab
ado-trastuzumab emtansine | trastuzumab emtansine
fam-trastuzumab deruxtecan-nxki | trastuzumab deruxtecan
sacituzumab govitecan-hziy | sacituzumab govitecan
enfortumab vedotin-ejfv + pembrolizumab | enfortumab vedotin; pembrolizumab
filgrastim-sndz | =filgrastim
ziv-aflibercept + FOLFIRI | aflibercept; fluorouracil; =folinic acid; irinotecan
pertuzumab, trastuzumab, and hyaluronidase-zzxf | pertuzumab; trastuzumab
nivolumab-ipi | nivolumab; ipilimumab
pembrolizumab-axitinib | pembrolizumab; axitinib
irinotecan-beva | irinotecan; bevacizumab
carboplatin-XYZQ | carboplatin; ?XYZQ
T-VEC | =talimogene laherparepvec
Talimogene Laherparepvec (T-VEC) | =talimogene laherparepvec
dabrafenib + trametinib | dabrafenib; trametinib
dabrafenib mesylate + trametinib dimethyl sulfoxide | dabrafenib; trametinib
Dabrafenib 150 mg 2dd + trametinib 2 mg 1dd1 | dabrafenib; trametinib
Tafinlar/Mekinist | dabrafenib; trametinib
dab-tram | dabrafenib; trametinib
Encorafenib 450 mg od, Binimetinib 45 mg bd | encorafenib; binimetinib
encorafenib, binimetinib en cetuximab | encorafenib; binimetinib; cetuximab
cobimetinib fumarate met vemurafenib | cobimetinib; vemurafenib
osimertinib mesylate 80 mg QD | osimertinib
osimertinib mesilaat | osimertinib
erlotinib hydrochloride | erlotinib
lapatinib ditosylate + capecitabine | lapatinib; capecitabine
sorafenib tosylate | sorafenib
sunitinib malate | sunitinib
Sunitinib-Malat | sunitinib
cabozantinib (S)-malate | cabozantinib
pazopanib HCl | pazopanib
imatinib mesylate | imatinib
pemetrexed disodium heptahydrate | pemetrexed
doxorubicin hydrochloride | doxorubicin
niraparib tosylate monohydrate | niraparib
alectinib 600 mg bid | alectinib
Lorlatinib | lorlatinib
sotorasib 960 mg | sotorasib
capmatinib | capmatinib
Retsevmo 160 mg 2x daags | selpercatinib
entrectinib | entrectinib
letrozol + palbociclib | =letrozole; palbociclib
fulvestrant + ribociclib 600 mg d1-21 | =fulvestrant; ribociclib
abemaciclib met tamoxifen | abemaciclib; =tamoxifen
olaparib | olaparib
lenvatinib + pembrolizumab | lenvatinib; pembrolizumab
axitinib 5 mg bid + avelumab 10 mg/kg | axitinib; avelumab
atezo/beva | atezolizumab; bevacizumab
carboplatine AUC 5 + pemetrexed 500 mg/m2 a 3 weken | carboplatin; pemetrexed
Carboplatin/Pemetrexed/Pembrolizumab | carboplatin; pemetrexed; pembrolizumab
carboplatin paclitaxel bevacizumab | carboplatin; paclitaxel; bevacizumab
Carboplatin AUC6 d1, nab-Paclitaxel 100 mg/m\u00b2 d1,8,15 | carboplatin; nab-paclitaxel
docetaxel 75 mg/m\u00b2 d1 q21d x6 | docetaxel
cisplatine-etoposide | cisplatin; etoposide
Cisplatin, Etoposid | cisplatin; etoposide
Cyclophosphamid, Doxorubicin | cyclophosphamide; doxorubicin
FEC100 | cyclophosphamide; epirubicin; fluorouracil
mFOLFOX6/bevacizumab | fluorouracil; =folinic acid; oxaliplatin; bevacizumab
FOLFIRI + Erbitux | fluorouracil; =folinic acid; irinotecan; cetuximab
CAPOX-bevacizumab | capecitabine; oxaliplatin; bevacizumab
5-FU/LV | fluorouracil; =folinic acid
Abraxane/gemcitabine | nab-paclitaxel; gemcitabine
DTIC 1000 mg/m2 d1 q3w | dacarbazine
Dacarbazin (DTIC) | dacarbazine
trifluridine/tipiracil | trifluridine and tipiracil
IL-2 hoge dosis | aldesleukin
interferon alfa-2b 10 MU 3x/week | interferon alfa-2b
CP-675,206 + nivo | tremelimumab; nivolumab
Ipilimumab 3mg/kgKG | ipilimumab
Pembrolizumab 200 mg abs. alle 3 Wo | pembrolizumab
Dabrafenib 2x150mg | dabrafenib
Paclitaxel 175mg/m2 KOF | paclitaxel
Interferon alpha 2a 3x3 Mio IE/Woche | interferon alfa-2a
5-FU + Folins\u00e4ure | fluorouracil; =folinic acid
ipi-nivo kuur 1 t/m 4 | ipilimumab; nivolumab
pembrolizumab every three weeks | pembrolizumab
nivo1mg/kg+ipi3mg/kg | nivolumab; ipilimumab
Imatinib 400mg 1-0-0 | imatinib
study drug | investigational
studiemedicatie (dubbelblind) | investigational
Pr\u00fcfpr\u00e4parat + Nivolumab | investigational; nivolumab
investigational | investigational
nivolumab + placebo | nivolumab; -
placebo | -
matching placebo q3w | -
none | -
nee | -
no treatment | -
geen behandeling | -
geen systemische therapie | -
keine Therapie | -
wait and see | -
watch & wait | -
Afwachtend beleid | -
n.v.t. | -
N/A | -
onbekend | -
unbekannt | -
unknown | -
best supportive care | -
levothyroxine | =levothyroxine
Thyrax 100 mcg | =levothyroxine
dexamethasone | =dexamethasone
dexamethason 8 mg + nivolumab | =dexamethasone; nivolumab
Prednisolon 60 mg | =prednisolone
zoledroninezuur q4w | =zoledronic acid
bestraling | =radiotherapy
carboplatin + RT | carboplatin; =radiotherapy
ipi+nivo -> nivo | ipilimumab; nivolumab
ipi + nivo x4, followed by nivo 480 mg q4w | ipilimumab; nivolumab
ipi/nivo gevolgd door nivo onderhoud | ipilimumab; nivolumab
Ipi/Nivo gefolgt von Nivolumab | ipilimumab; nivolumab
ipi/nivo;daarna nivo | ipilimumab; nivolumab
ipi+nivo \u2192 nivo | ipilimumab; nivolumab
ipi+nivo -> dabrafenib | ipilimumab>; nivolumab>; >dabrafenib
ipilimumab then pembrolizumab | ipilimumab>; >pembrolizumab
pembrolizumab daarna dab/tram | pembrolizumab>; >dabrafenib; >trametinib
ipi => nivo => D | ipilimumab>; >nivolumab>; >?D
nivo > ipi | nivolumab>; >ipilimumab
pembrolizumab -> wait and see | pembrolizumab; >-
pembrolizumab -> dexamethasone | pembrolizumab; >=dexamethasone
xyz -> nivo | ?xyz>; >nivolumab
ipilimumab + nivolumab (schema B) | ipilimumab; nivolumab; ?schema B
nivolumab schema B | nivolumab; ?schema B
ipilumimab | ?ipilumimab
pembrolizumabje | ?pembrolizumabje
dabrafanib + trametinib | ?dabrafanib; trametinib
ABC-123 100 mg q2w | ?ABC-123
SAR-439859 | ?SAR-439859
pembrolizumab + MK-7684A | pembrolizumab; ?MK-7684A
X17 + ipi | ?X17; ipilimumab
A / B | ?A; ?B
I + nivo | ?I; nivolumab
chemotherapie | ?chemotherapie
nivolumab + chemotherapie | nivolumab; ?chemotherapie
immunotherapie | ?immunotherapie
BRAF inhibitor | ?BRAF inhibitor
maintenance | ?maintenance
200 mg q3w | ?200 mg q3w
? | ??
no nivolumab | ?no nivolumab
geen ipilimumab | ?geen ipilimumab
pembrolizumab or placebo | ?pembrolizumab or placebo
nivolumab vs docetaxel | ?nivolumab vs docetaxel
nivolumab of ipilimumab | ?nivolumab of ipilimumab
Nivolumab oder Placebo | ?Nivolumab oder Placebo
nivolumab +/- ipilimumab | ?nivolumab +/- ipilimumab
nivolumab \u00b1 ipilimumab | ?nivolumab \u00b1 ipilimumab
nivolumab (na ipilimumab) | nivolumab; ?na ipilimumab
dabrafenib (after ipi/nivo) | dabrafenib; ?after ipi/nivo
"""
_MARKS = {"unread": "?", "not_treatment": "-", "not_systemic": "=", "systemic": ""}


def table() -> dict[str, list[str]]:
    """Each text of the table with what is read in it."""
    found = {}
    for line in TEXTS.strip().splitlines():
        text, _, said = line.rpartition(" | ")
        found[text] = sorted(said.split("; "))
    return found


def read(con: duckdb.DuckDBPyConnection, texts: list[str]) -> dict[str, list[str]]:
    """What staging reads in each text, written as in the table."""
    load_codelists(con)
    native(
        con,
        patients="patient_id\nP1",
        treatments="treatment_id | patient_id\nT1 | P1",
        drugs=[{"treatment_id": "T1", "drug": text} for text in texts],
    )
    run_layers(con, "staging")
    found: dict[str, list[str]] = {}
    for written, part, reading, substance, after, before in rows(
        con,
        "select written, part, reading, substance, is_after_arrow, is_before_arrow "
        "from staging.drug_readings order by written, ordinal",
    ):
        name = substance or ("" if reading == "not_treatment" else part)
        said = f"{'>' * after}{_MARKS[reading]}{name}{'>' * before}"
        found.setdefault(written, []).append(said)
    return {text: sorted(said) for text, said in found.items()}


def test_texts_are_read_as_they_are_meant(con: duckdb.DuckDBPyConnection) -> None:
    expected = table()
    assert len(expected) >= 150
    found = read(con, list(expected))
    assert {text: found[text] for text in expected} == expected


@pytest.mark.parametrize("suffix", ["aaaa", "rmbw", "zzzz", "QYYP"])
def test_any_four_letters_after_a_biological_are_its_suffix(
    con: duckdb.DuckDBPyConnection, suffix: str
) -> None:
    biologicals = [
        name
        for (name,) in rows(
            _listed(con), "select substance from codelists.substances where is_biological"
        )
    ]
    found = read(con, [f"{name}-{suffix}" for name in biologicals])
    assert len(found) > 40
    assert {text: [one.lstrip("=") for one in said] for text, said in found.items()} == {
        f"{name}-{suffix}": [name] for name in biologicals
    }


def test_every_name_of_the_code_lists_is_read_as_its_substances(
    con: duckdb.DuckDBPyConnection,
) -> None:
    expected: dict[str, set[str]] = {}
    for name, substance in rows(
        _listed(con),
        "select substance, substance from codelists.substances "
        "union select atc, substance from codelists.substances where atc is not null "
        "union select alias, substance from codelists.drug_aliases",
    ):
        expected.setdefault(name, set()).add(substance)
    found = read(con, list(expected))
    wrong = {
        name: found[name]
        for name, substances in expected.items()
        if {one.lstrip("=") for one in found[name]} != substances
    }
    assert wrong == {}


def test_unread_names_are_counted_with_the_nearest_known_ones(
    con: duckdb.DuckDBPyConnection,
) -> None:
    load_codelists(con)
    native(
        con,
        patients="patient_id\nP1\nP2",
        treatments="""
            treatment_id | patient_id | hospital_id | regimen
            T1           | P1         | H1          | ipilumimab
            T2           | P1         | H2          | IPILUMIMAB 3 mg/kg + nivo
            T3           | P2         | H1          | Schema-B
            T4           | P2         | H1          | placebo
        """,
    )
    run_layers(con, "staging")
    assert rows(
        con,
        "select name_key, times, episodes, unknown_drug_episodes, patients, hospitals, nearest "
        "from staging.unread_drug_names order by name_key",
    ) == [
        ("ipilumimab", 2, 2, 1, 1, "H1; H2", "ipilimumab"),
        ("schemab", 1, 1, 1, 1, "H1", None),
    ]
    on_the_page = said(unread_names.unread(desk(con, catalogue_of("AE-T19"), 1)))
    told = on_the_page.splitlines()
    assert told[0].startswith("2 drug names could not be read, in 3 rows")
    assert told[1:3] == ["ipilimumab | 1 | 2 | H1, H2", "none is near | 1 | 1 | H1"]
    for written in ("Schema-B", "IPILUMIMAB", "ipilumimab"):  # as written it may be anything
        assert written not in on_the_page


def _listed(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    load_codelists(con)
    return con
