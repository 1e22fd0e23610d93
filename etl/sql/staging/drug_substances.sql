-- One row per substance of a placed drug row, or of the regimen of a placed episode that has no drug rows.
with cells as (
  -- what was written, with the days of the drug row or else of its episode
  select
    d.source_file,
    d.source_line,
    d.source_part,
    d.source_number,
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
    t.source_part,
    t.source_number,
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
given as (
  -- what an arrow precedes has no known start, what something new follows has no known stop
  select
    c.source_file,
    c.source_line,
    c.source_part,
    c.source_number,
    c.record_key,
    c.treatment_id,
    c.patient_id,
    c.origin,
    c.doses,
    coalesce(r.ordinal, 1) as ordinal,
    coalesce(r.part, c.written) as written,
    coalesce(r.reading, 'unread') as reading,
    r.substance,
    case when r.written is null then '' else r.unread_key end as unread_key,
    coalesce(r.is_after_arrow, false) as is_after_arrow,
    coalesce(r.is_before_arrow, false) as is_before_arrow,
    case when r.is_after_arrow is not true then c.start_date end as start_date,
    case when r.is_after_arrow is not true then c.start_date_earliest end as start_date_earliest,
    case when r.is_after_arrow is not true then c.start_date_latest end as start_date_latest,
    case when r.is_before_arrow is not true then c.stop_date end as stop_date,
    case when r.is_before_arrow is not true then c.stop_date_earliest end as stop_date_earliest,
    case when r.is_before_arrow is not true then c.stop_date_latest end as stop_date_latest
  from cells as c
  left join staging.drug_readings as r on r.written = c.written
)
select
  g.treatment_id,
  g.patient_id,
  g.substance,
  g.ordinal as substance_ordinal,
  s.drug_class,
  s.route,
  s.is_systemic,
  g.reading,
  -- a name that cannot be read is a treatment of its own where nothing given from the start is read
  case
    when g.reading = 'unread'
      and not g.is_after_arrow
      and not bool_or(g.reading = 'systemic' and not g.is_after_arrow)
        over (partition by g.treatment_id)
      then g.unread_key
  end as unknown_drug,
  g.is_after_arrow,
  g.is_before_arrow,
  g.origin,
  g.written,
  g.source_file,
  g.source_line,
  g.source_part,
  g.source_number,
  g.record_key,
  g.start_date,
  g.start_date_earliest,
  g.start_date_latest,
  g.stop_date,
  g.stop_date_earliest,
  g.stop_date_latest,
  g.doses
from given as g
left join codelists.substances as s on s.substance = g.substance
