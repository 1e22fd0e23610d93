-- One row per substance of a placed drug row, or of the regimen of a placed episode that has no drug rows.
with cells as (
  -- what was written, with the days of the drug row or else of its episode
  select
    d.source_file,
    d.source_line,
    d.record_key,
    d.treatment_id,
    d.patient_id,
    'drugs' as origin,
    d.drug as written,
    case when d.start_date is null then t.start_date else d.start_date end as start_date,
    case when d.start_date is null then t.start_date_earliest else d.start_date_earliest end
      as start_date_earliest,
    case when d.start_date is null then t.start_date_latest else d.start_date_latest end
      as start_date_latest,
    case when d.stop_date is null then t.stop_date else d.stop_date end as stop_date,
    case when d.stop_date is null then t.stop_date_earliest else d.stop_date_earliest end
      as stop_date_earliest,
    case when d.stop_date is null then t.stop_date_latest else d.stop_date_latest end
      as stop_date_latest,
    d.doses
  from staging.drugs as d
  join staging.treatments as t on t.treatment_id = d.treatment_id and t.is_placed
  where d.is_placed
  union all
  select
    t.source_file,
    t.source_line,
    t.record_key,
    t.treatment_id,
    t.patient_id,
    'regimen' as origin,
    t.regimen as written,
    t.start_date,
    t.start_date_earliest,
    t.start_date_latest,
    t.stop_date,
    t.stop_date_earliest,
    t.stop_date_latest,
    cast(null as bigint) as doses
  from staging.treatments as t
  where t.is_placed
    and not exists (
      select 1 from staging.drugs as d where d.treatment_id = t.treatment_id and d.is_placed
    )
),
names as (
  -- a substance goes by its generic name, its ATC code and its aliases
  select matching_key(substance) as name_key, substance from codelists.substances
  union
  select matching_key(atc) as name_key, substance from codelists.substances where atc is not null
  union
  select matching_key(alias) as name_key, substance from codelists.drug_aliases
),
spellings as (
  -- each different cell is read once, without its dose ("nivolumab 3 mg/kg")
  select distinct
    written,
    regexp_replace(
      written, '\b[0-9]+([.,][0-9]+)?\s*(mg|mcg|g|ug|iu|ie|mio|mu)\b(\s*/\s*(kg|m2))?', ' ', 'gi'
    ) as undosed
  from cells
  where written is not null
),
whole as (
  -- first the cell as a whole: "T-VEC", "ipi-nivo"
  select s.written, n.substance
  from spellings as s
  join names as n on n.name_key = matching_key(s.undosed)
),
marked as (
  -- then its parts: + / , ; & and the words and, en, with, met
  select
    s.written,
    regexp_replace(s.undosed, '\s*[+/,;&]\s*|\s+(and|en|with|met)\s+', chr(31), 'gi') as parted
  from spellings as s
  where not exists (select 1 from whole as w where w.written = s.written)
),
digits as (
  select 0 as digit union all select 1 union all select 2 union all select 3 union all select 4
  union all select 5 union all select 6 union all select 7 union all select 8 union all select 9
),
places as (
  select 1 + ones.digit + 10 * tens.digit as place
  from digits as ones
  cross join digits as tens
),
parts as (
  select
    m.written,
    p.place,
    cleaned(split_part(m.parted, chr(31), p.place)) as part
  from marked as m
  join places as p on p.place <= 1 + length(m.parted) - length(replace(m.parted, chr(31), ''))
),
recognised as (
  select w.written, w.written as part, 1 as place, w.substance from whole as w
  union all
  select p.written, p.part, p.place, n.substance
  from parts as p
  left join names as n on n.name_key = matching_key(p.part)
  where p.part is not null
),
read_once as (
  -- a substance named twice in a cell is one; parts that are not recognised stay apart
  select
    written,
    min(part) as part,
    min(place) as place,
    substance
  from recognised
  group by written, substance, case when substance is null then place end
)
select
  c.treatment_id,
  c.patient_id,
  r.substance,
  row_number() over (
    partition by c.source_file, c.source_line, c.record_key order by r.place, r.substance
  ) as substance_ordinal,
  s.drug_class,
  s.route,
  s.is_systemic,
  c.origin,
  coalesce(r.part, c.written) as written,
  c.source_file,
  c.source_line,
  c.record_key,
  c.start_date,
  c.start_date_earliest,
  c.start_date_latest,
  c.stop_date,
  c.stop_date_earliest,
  c.stop_date_latest,
  c.doses
from cells as c
left join read_once as r on r.written = c.written
left join codelists.substances as s on s.substance = r.substance
