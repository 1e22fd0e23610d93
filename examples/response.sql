-- Objective response to the rechallenge by initial treatment, from the published file:
--   duckdb -readonly var/published/current/registry.duckdb < examples/response.sql
select
    stratum,
    count(*) as patients,
    count(*) filter (where response_evaluable) as evaluable,
    count(*) filter (where rechallenge_responder) as responders,
    round(100.0 * responders / nullif(evaluable, 0), 1) as objective_response_percent
from marts.rechallenges
where study = 'van-dijk-2025'
group by stratum
order by stratum;
