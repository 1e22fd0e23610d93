-- One row per drug name that could not be read, with the nearest known names.
with
unread as (
  select
    coalesce(nullif(matching_key(d.written), ''), lower(d.written)) as name_key,
    d.written,
    d.treatment_id,
    d.patient_id,
    d.unknown_drug,
    t.hospital_id
  from staging.drug_substances as d
  join staging.treatments as t on t.treatment_id = d.treatment_id and t.is_placed
  where d.reading = 'unread' and d.written is not null
),
counted as (
  select
    name_key,
    min(written) as name,
    count(*) as times,
    count(distinct treatment_id) as episodes,
    count(distinct patient_id) as patients,
    count(distinct case when unknown_drug is not null then treatment_id end)
      as unknown_drug_episodes,
    string_agg(distinct hospital_id, '; ' order by hospital_id) as hospitals,
    row_number() over (order by count(distinct treatment_id) desc, name_key) as place
  from unread
  group by name_key
),
names as (
  select matching_key(substance) as known_key, substance from codelists.substances
  union
  select matching_key(alias) as known_key, substance from codelists.drug_aliases
),
known as (
  -- names of one substance
  select known_key, any_value(substance) as substance
  from names
  where length(known_key) > 3
  group by known_key
  having count(distinct substance) = 1
),
near as (
  -- alike by their letters from the start, or but a few letters apart; of the thousand commonest
  select
    c.name_key,
    k.substance,
    max(jaro_winkler_similarity(c.name_key, k.known_key)) as similarity
  from counted as c
  join known as k
    on jaro_winkler_similarity(c.name_key, k.known_key) >= 0.9
    or damerau_levenshtein(c.name_key, k.known_key) <= 2
  where length(c.name_key) > 4 and c.place <= 1000
  group by c.name_key, k.substance
),
nearest as (
  select
    name_key,
    substance,
    row_number() over (partition by name_key order by similarity desc, substance) as place
  from near
)
select
  c.name_key,
  c.name,
  c.times,
  c.episodes,
  c.unknown_drug_episodes,
  c.patients,
  c.hospitals,
  string_agg(n.substance, '; ' order by n.place) as nearest
from counted as c
left join nearest as n on n.name_key = c.name_key and n.place <= 3
group by
  c.name_key, c.name, c.times, c.episodes, c.unknown_drug_episodes, c.patients, c.hospitals
