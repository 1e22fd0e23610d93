-- One row per patient and line of therapy.
with doubts as (
    select
        line_id,
        string_agg(case when affects = 'lines' then rule_id end, ', ' order by rule_id)
            as lines_doubtful_because,
        string_agg(case when affects = 'response' then rule_id end, ', ' order by rule_id)
            as response_doubtful_because,
        string_agg(case when affects = 'pfs' then rule_id end, ', ' order by rule_id)
            as pfs_doubtful_because,
        string_agg(case when affects = 'os' then rule_id end, ', ' order by rule_id)
            as os_doubtful_because,
        string_agg(case when affects = 'toxicity' then rule_id end, ', ' order by rule_id)
            as toxicity_doubtful_because
    from derived.line_doubts
    group by line_id
),

-- What the hospital entered, of the line's episodes.
entered_rechallenges as (
    select
        line_treatments.line_id,
        max(treatments.rechallenge) as rechallenge
    from derived.line_treatments
    inner join derived.treatments
        on line_treatments.treatment_id = treatments.treatment_id
    where treatments.rechallenge is not null and line_treatments.has_episode_start
    group by line_treatments.line_id
),

-- A line of a person of several pseudonyms is of the hospital of its first episode.
given_at as (
    select
        line_treatments.line_id,
        arg_min(
            treatments.hospital_id,
            row(line_treatments.first_start_date, treatments.treatment_id)
        ) as hospital_id
    from derived.patients
    inner join derived.treatments on patients.patient_id = treatments.patient_id
    inner join derived.line_treatments on treatments.treatment_id = line_treatments.treatment_id
    where patients.patient_ids <> patients.patient_id
    group by line_treatments.line_id
)

select
    lines.line_id,
    lines.patient_id,
    coalesce(given_at.hospital_id, patients.hospital_id) as line_hospital_id,
    lines.setting,
    lines.line_number,
    lines.line_sequence,
    lines.lot_notation,
    lines.regimen,
    lines.regimen_class,
    lines.start_date,
    lines.end_date,
    lines.end_reason,
    lines.opened_because,
    lines.closed_because,
    lines.treatment_ids,
    lines.entered_line_numbers,
    lines.entered_line_agrees,
    lines.has_unknown_stop,
    lines.has_substitution,
    lines.is_resumed_after_toxicity,
    lines.is_beyond_progression,
    lines.has_dropped_component,
    lines.has_component_given_back,
    lines.has_added_substance,
    -- Names that cannot be read are one word, as in the label.
    regexp_replace(
        lines.carried_substances, 'unknown drug [0-9]+([+]unknown drug [0-9]+)*', 'unknown drug'
    ) as carried_substances,
    lines.is_not_shown,
    lines.is_stale_ongoing,
    lines.local_treatments,
    case when line_adjuvant.line_id is null then false else line_adjuvant.is_adjuvant_refractory end
        as is_adjuvant_refractory,

    reexposure_pairs.kind as rechallenge_kind,
    reexposure_pairs.initial_line_id as rechallenge_of,
    entered_rechallenges.rechallenge as entered_rechallenge,
    -- Whether giving another class of the group is a rechallenge, hospitals do not agree.
    case
        when entered_rechallenges.line_id is null or reexposure_pairs.kind = 'class_crossing'
            then null
        else (entered_rechallenges.rechallenge = 'yes')
            = (reexposure_pairs.reexposure_line_id is not null)
    end as entered_rechallenge_agrees,

    line_responses.best_overall_response,
    line_responses.best_overall_response_date,
    line_responses.best_overall_response_confirmed,
    line_responses.best_overall_response_confirmed_date,
    line_responses.response_source,
    line_responses.response_evaluable,
    line_responses.responder,
    line_responses.disease_control,
    line_responses.first_response_date,
    line_responses.days_to_response,
    line_responses.first_response_confirmed_date,
    line_responses.criteria,
    line_responses.entered_best_response,
    line_responses.entered_responder,
    line_responses.entered_response_agreement,

    line_progressions.progression_date,
    line_progressions.progression_source,
    line_survival.pfs_days,
    line_survival.pfs_event,
    line_survival.pfs_end_reason,
    line_survival.os_days,
    line_survival.os_event,
    line_survival.os_end_reason,
    lines.next_line_start_date,
    line_survival.ttnt_days,
    line_survival.ttnt_event,
    line_survival.ttnt_end_reason,
    line_survival.dor_days,
    line_survival.dor_event,
    line_survival.dor_end_reason,

    line_toxicity.severe_toxicity,
    line_toxicity.worst_grade,
    line_toxicity.worst_irae_grade,
    line_toxicity.toxicity_known,
    line_toxicity.toxicity_collected,
    line_toxicity.severe_toxicity_status,
    line_toxicity.severe_irae_status,
    line_toxicity.toxicity_led_to_stop,
    line_toxicity.episodes as toxicity_episodes,
    line_toxicity.first_severe_irae_date,
    line_toxicity.days_to_severe_irae,
    line_toxicity.toxicity_window_end_date,
    line_toxicity.toxicity_window_closed_by,
    line_toxicity.severe_irae_days,
    line_toxicity.severe_irae_cause,
    line_toxicity.severe_irae_end_reason,

    doubts.lines_doubtful_because,
    doubts.response_doubtful_because,
    doubts.pfs_doubtful_because,
    doubts.os_doubtful_because,
    doubts.toxicity_doubtful_because
from derived.lines
inner join derived.line_responses on lines.line_id = line_responses.line_id
inner join derived.line_survival on lines.line_id = line_survival.line_id
inner join derived.line_toxicity on lines.line_id = line_toxicity.line_id
left join derived.line_progressions on lines.line_id = line_progressions.line_id
left join derived.line_adjuvant on lines.line_id = line_adjuvant.line_id
left join derived.reexposure_pairs
    on lines.line_id = reexposure_pairs.reexposure_line_id and reexposure_pairs.is_flagged
inner join derived.patients on lines.patient_id = patients.patient_id
left join given_at on lines.line_id = given_at.line_id
left join entered_rechallenges on lines.line_id = entered_rechallenges.line_id
left join doubts on lines.line_id = doubts.line_id
