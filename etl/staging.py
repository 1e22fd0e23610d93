"""The SQL of the staging tables that mirror a file, made from the export format.

Belongs here: how a row is placed and how each kind of column is typed, said once. Does not belong
here: tables made of several files (`etl/sql/staging`), the macros that read one value.

`python -m etl.staging drugs` prints the SQL of a table.
"""

import sys
from collections.abc import Iterator

from etl.ingest.source_tables import PLACE
from expectations.codelists import codes
from expectations.export_format import TABLES, Column, Table

_WHOSE_PATIENT_THE_EPISODE_NAMES = ("responses", "adverse_events")
_PLACE = ", ".join(f"s.{name}" for name in PLACE)
_FILE_ORDER = "_ordinal, _file, _line, _part"
UNKEYED = "no key"
"""What the key of a record begins with that has none of its own."""
_FORMS = """case
      when min(coalesce(_key_form, '')) over same_key <> max(coalesce(_key_form, '')) over same_key
        then concat_ws(' / ', min(coalesce(_key_form, record_key)) over same_key,
          max(coalesce(_key_form, record_key)) over same_key)
    end as key_forms"""


def staging_models() -> dict[str, str]:
    """The SQL of each table of the export format, with its grain on the first line."""
    return {f"staging.{name}": staging_sql(table) for name, table in TABLES.items()}


def staging_sql(table: Table) -> str:
    """The SELECT that places and types every row of one source table."""
    grain = f"-- {table.grain.rstrip('.')}; every row delivered, placed or not."
    placement = _placement_of_drugs(table) if table.name == "drugs" else _placement(table)
    columns = [
        "s._file as source_file",
        "s._line as source_line",
        "s._part as source_part",
        "s._ordinal as source_number",
        "placement.record_key",
        "placement.key_forms",
        "placement.unplaced_because is null as is_placed",
        "placement.unplaced_because",
        *(text for column in table.columns for text in _typed(table, column)),
        *_of_the_patient(table),
    ]
    lists = "".join(
        f"\nleft join codelists.codes as {_list(column)}\n"
        f"  on {_list(column)}.codelist = '{column.codelist}' "
        f"and {_same_code(column)}"
        for column in table.columns
        if column.codelist
    )
    return (
        f"{grain}\n{placement}\nselect\n  "
        + ",\n  ".join(columns)
        + f"\nfrom source.{table.name} as s\njoin placement\n"
        f"  on {' and '.join(f'placement.{name} = s.{name}' for name in PLACE)}{lists}\n"
    )


def _same_code(column: Column) -> str:
    """The written code without regard to case; of a list of numbers `5` is `5.0`."""
    assert column.codelist is not None  # noqa: S101 - asked of columns with a code list
    is_numeric = any(code[0].isdigit() for code in codes(column.codelist))
    key = "code_number" if is_numeric else "lower"
    return f"{key}({_list(column)}.code) = {key}(cleaned(s.{column.name}))"


def _typed(table: Table, column: Column) -> Iterator[str]:
    name = column.name
    if name == "patient_id" and table.name in _WHOSE_PATIENT_THE_EPISODE_NAMES:
        yield "placement.patient_id"
        return
    as_written = f"as_written(s.{name}, s.{name}__raw) as {name}_text"
    match column.kind:
        case "id" | "text":
            yield f"cleaned(s.{name}) as {name}"
            return
        case "code":
            yield f"code_of(s.{name}, {_list(column)}.code) as {name}"
        case "date":
            yield f"date_representative(s.{name}) as {name}"
            yield f"date_earliest(s.{name}) as {name}_earliest"
            yield f"date_latest(s.{name}) as {name}_latest"
        case "integer" | "number":
            yield f"parse_{column.kind}(s.{name}) as {name}"
    yield as_written


def _list(column: Column) -> str:
    return f"{column.name}_list"


def _of_the_patient(table: Table) -> Iterator[str]:
    """Columns that the row's patient or episode gives it."""
    if "patient_id" not in table.column_names and "treatment_id" in table.column_names:
        yield "placement.patient_id"
    if "hospital_id" not in table.column_names:
        yield "placement.hospital_id"


def _key(table: Table) -> str:
    """The key columns joined by '|'; NULL where the first is empty, the others may be."""
    first, *others = (f"cleaned(s.{name})" for name in table.key)
    return " || ".join([first, *(f"coalesce('|' || {other}, '')" for other in others)])


def _content(table: Table) -> str:
    """What a row without a key is known by: its filled cells, as name = value."""
    cells = ", ".join(
        f"case when s.{name} is not null then '{name}=' || cleaned(s.{name}) end"
        for name in table.column_names
    )
    return f"'{UNKEYED}|' || left(md5(concat_ws(chr(31), {cells})), 16)"


def _placement(table: Table) -> str:
    """Whether a row is attached: of those that can be, the first in file order takes the key."""
    content = ", ".join(f"s.{name}" for name in table.column_names)
    found, joins, within, orphan = _patient(table)
    return f"""with attached as (
  select
    {_PLACE},
    s._key_form,
    {_key(table)} is null as has_no_key,
    coalesce({_key(table)}, {_content(table)}) as record_key,{found}
    row({content}) as content
  from source.{table.name} as s{joins}
),
placement as (
  -- of the rows that can be attached, the first in file order takes the key; without a key, rows
  -- of one content are told apart by their order
  select
    attached.* exclude (record_key, content, has_no_key, _key_form),
    record_key || case when has_no_key then '|' || row_number() over first_come else '' end
      as record_key,
    {_FORMS},
    case
      when has_no_key then 'missing_key'{orphan}
      when row_number() over first_come = 1 then null
      when content is not distinct from first_value(content) over first_come then 'exact_duplicate'
      else 'duplicate_key'
    end as unplaced_because
  from attached
  window
    first_come as (partition by {within} order by {_FILE_ORDER}),
    same_key as (partition by record_key)
)"""


def _patient(table: Table) -> tuple[str, str, str, str]:
    """How a row finds its patient: columns, joins, what a key is unique within, orphans."""
    if table.name in ("patients", "hospitals"):
        return "", "", "record_key", ""
    patient, joins = "cleaned(s.patient_id)", ""
    if table.name in _WHOSE_PATIENT_THE_EPISODE_NAMES:
        # the row names its patient, or else its episode does
        patient = "coalesce(cleaned(s.patient_id), treatments.patient_id)"
        joins = """
  left join staging.treatments as treatments
    on treatments.treatment_id = cleaned(s.treatment_id) and treatments.is_placed"""
    return (
        f"""
    {patient} as patient_id,
    patients.hospital_id,
    patients.patient_id is not null as has_patient,""",
        f"""{joins}
  left join staging.patients as patients
    on patients.patient_id = {patient} and patients.is_placed""",
        "record_key, has_patient",
        "\n      when not has_patient then 'orphan'",
    )


def _placement_of_drugs(table: Table) -> str:
    """A drug belongs to its episode; rows of one drug and start are told apart, not refused."""
    content = ", ".join(f"s.{name}" for name in table.column_names if name != "treatment_id")
    return f"""with attached as (
  select
    {_PLACE},
    s._key_form,
    cleaned(s.treatment_id) as written_treatment_id,
    treatments.treatment_id,
    treatments.patient_id,
    treatments.hospital_id,
    coalesce(
      cleaned(s.treatment_id) || '|' || left(
        md5(concat_ws(chr(31), coalesce(cleaned(s.drug), ''), coalesce(cleaned(s.start_date), ''))),
        8
      ),
      {_content(table)}
    ) as record_key,
    row({content}) as content
  from source.drugs as s
  left join staging.treatments as treatments
    on treatments.treatment_id = cleaned(s.treatment_id) and treatments.is_placed
),
placement as (
  select
    {", ".join(PLACE)},
    patient_id,
    hospital_id,
    -- rows of one drug and start are told apart by their order, so a key never repeats
    record_key || '|' || row_number() over (partition by record_key order by {_FILE_ORDER})
      as record_key,
    {_FORMS},
    case
      when written_treatment_id is null then 'missing_key'
      when treatment_id is null then 'orphan'
      -- a row that says nothing new is not a second administration
      when row_number() over (
        partition by written_treatment_id, content order by {_FILE_ORDER}
      ) > 1 then 'exact_duplicate'
    end as unplaced_because
  from attached
  window same_key as (partition by record_key)
)"""


if __name__ == "__main__":
    sys.stdout.write("\n".join(staging_sql(TABLES[name]) for name in sys.argv[1:] or TABLES))
