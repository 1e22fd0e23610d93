-- One row per line, affected value and rule.
with
findings as (
    select
        findings_tonight.finding_id,
        findings_tonight.rule_id,
        -- A finding names the pseudonym as delivered, a line the person.
        coalesce(persons.person_id, findings_tonight.patient_id) as patient_id,
        findings_tonight.subject,
        findings_tonight.record_key,
        findings_tonight.source_file,
        findings_tonight.source_line,
        findings_tonight.source_part,
        findings_tonight.source_number,
        rule_affects.affects,
        unplaced_rows.source_line is not null as is_unplaced
    from quality.findings_tonight
    inner join quality.rule_affects on findings_tonight.rule_id = rule_affects.rule_id
    left join staging.persons on findings_tonight.patient_id = persons.patient_id
    left join staging.unplaced_rows
        on
            findings_tonight.source_file = unplaced_rows.source_file
            and findings_tonight.source_line = unplaced_rows.source_line
            and findings_tonight.source_part = unplaced_rows.source_part
            and findings_tonight.source_number = unplaced_rows.source_number
    where
        findings_tonight.stage = 'source'
        and findings_tonight.severity = 'error'
        and not findings_tonight.is_accepted
),

-- The lines that the record of a finding feeds, as far as they can be told.
treatment_lines as (
    select
        findings.finding_id,
        line_treatments.line_id
    from findings
    inner join derived.line_treatments on findings.record_key = line_treatments.treatment_id
    where findings.subject = 'treatments' and not findings.is_unplaced
),

drug_lines as (
    select
        findings.finding_id,
        line_rows.line_id
    from findings
    inner join derived.exposures
        on
            findings.source_file = exposures.source_file
            and findings.source_line = exposures.source_line
            and findings.source_part = exposures.source_part
            and findings.source_number = exposures.source_number
    inner join derived.line_rows
        on
            exposures.treatment_id = line_rows.treatment_id
            and exposures.substance = line_rows.substance
            and exposures.span = line_rows.span
    where findings.subject in ('drugs', 'drug_substances') and not findings.is_unplaced
),

-- A drug that gave no exposure is a doubt about its episode.
drug_episode_lines as (
    select
        findings.finding_id,
        line_treatments.line_id
    from findings
    inner join staging.drug_substances
        on
            findings.source_file = drug_substances.source_file
            and findings.source_line = drug_substances.source_line
            and findings.source_part = drug_substances.source_part
            and findings.source_number = drug_substances.source_number
    inner join derived.line_treatments
        on drug_substances.treatment_id = line_treatments.treatment_id
    where findings.subject in ('drugs', 'drug_substances') and not findings.is_unplaced
),

response_lines as (
    select
        findings.finding_id,
        line_assessments.line_id
    from findings
    inner join derived.line_assessments on findings.record_key = line_assessments.response_id
    where findings.subject = 'responses' and not findings.is_unplaced
),

-- An assessment that no line has, by its date, is a doubt about the episode it was entered for.
stray_response_lines as (
    select
        findings.finding_id,
        line_treatments.line_id
    from findings
    inner join staging.responses
        on findings.record_key = responses.record_key and responses.is_placed
    inner join derived.line_treatments on responses.treatment_id = line_treatments.treatment_id
    left join derived.line_assessments on findings.record_key = line_assessments.response_id
    where
        findings.subject = 'responses'
        and not findings.is_unplaced
        and line_assessments.response_id is null
),

-- An assessment of a later line may end the progression-free survival of an earlier one.
survival_lines as (
    select
        findings.finding_id,
        line_survival.line_id
    from findings
    inner join derived.line_survival on findings.record_key = line_survival.pfs_record_key
    where findings.subject in ('responses', 'treatments') and findings.affects = 'pfs'
),

event_lines as (
    select
        findings.finding_id,
        adverse_events_attributed.line_id
    from findings
    inner join derived.adverse_events_attributed
        on findings.record_key = adverse_events_attributed.event_id
    where
        findings.subject = 'adverse_events'
        and not findings.is_unplaced
        and adverse_events_attributed.line_id is not null
),

told as (
    select finding_id, line_id from treatment_lines
    union
    select finding_id, line_id from drug_lines
    union
    select finding_id, line_id from drug_episode_lines
    union
    select finding_id, line_id from response_lines
    union
    select finding_id, line_id from stray_response_lines
    union
    select finding_id, line_id from event_lines
),

-- Where they cannot be told, and for the patient's own records, all lines of the patient.
doubted as (
    select
        findings.rule_id,
        findings.affects,
        told.line_id
    from findings
    inner join told on findings.finding_id = told.finding_id
    union
    select
        findings.rule_id,
        findings.affects,
        survival_lines.line_id
    from findings
    inner join survival_lines
        on findings.finding_id = survival_lines.finding_id and findings.affects = 'pfs'
    union
    select
        findings.rule_id,
        findings.affects,
        lines.line_id
    from findings
    inner join derived.lines on findings.patient_id = lines.patient_id
    left join told on findings.finding_id = told.finding_id
    where told.finding_id is null
    -- What the derivation itself doubts: rules about the mart say it to the hospital.
    union
    select
        'LIN-N32' as rule_id,
        'pfs' as affects,
        line_id
    from derived.line_progressions
    where progression_date is null
    union
    select
        'LIN-N33' as rule_id,
        'os' as affects,
        lines.line_id
    from derived.lines
    inner join derived.patients on lines.patient_id = patients.patient_id
    where patients.death_dates_differ
    union
    select
        'LIN-N30' as rule_id,
        'lines' as affects,
        line_id
    from derived.lines
    where is_stale_ongoing
    union
    select
        'LIN-N31' as rule_id,
        'lines' as affects,
        line_id
    from derived.lines
    where is_not_shown
)

select distinct
    line_id,
    affects,
    rule_id
from doubted
