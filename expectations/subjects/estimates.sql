-- One row per estimate of a study, with the pairs it can speak of and the parts it is made of.
with pairs as (
    select study, stratum, count(*) as pairs
    from marts.rechallenges
    where stratum <> 'all' -- a study without strata names its only one so
    group by study, stratum
    union all
    select study, 'all' as stratum, count(*) as pairs
    from marts.rechallenges
    group by study
),

flows as (
    select study, edition, stratum, subset, sum(numerator) as gained_and_lost, count(*) as parts
    from marts.estimates
    where endpoint in ('rechallenge_only', 'initial_only')
    group by study, edition, stratum, subset
)

select
    concat_ws('|', e.study, e.edition, e.stratum, e.subset, e.endpoint, e.statistic, e.at)
        as record_key,
    cast(null as varchar) as patient_id,
    cast(null as varchar) as hospital_id,
    cast(null as varchar) as source_file,
    cast(null as bigint) as source_line,
    coalesce(pairs.pairs, 0) as pairs,
    case when flows.parts = 2 then flows.gained_and_lost end as gained_and_lost,
    e.*
from marts.estimates as e
left join pairs on pairs.study = e.study and pairs.stratum = e.stratum
left join flows
    on
        flows.study = e.study
        and flows.edition = e.edition
        and flows.stratum = e.stratum
        and flows.subset = e.subset
