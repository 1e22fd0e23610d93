-- One row per patient at diagnosis of advanced disease, or per episode start; every row delivered, placed or not.
with attached as (
  select
    s._file,
    s._line,
    s._ordinal,
    -- one baseline at diagnosis (no episode) and one for each episode
    cleaned(s.patient_id) || coalesce('|' || cleaned(s.treatment_id), '') as record_key,
    patients.hospital_id as patient_hospital_id,
    patients.patient_id is not null as has_patient,
    row(s.patient_id, s.treatment_id, s.measured_date, s.primary_diagnosis_date,
      s.advanced_diagnosis_date, s.primary_type, s.breslow_mm, s.t_category, s.ulceration,
      s.ajcc_edition, s.stage, s.resectable, s.m_category, s.ecog, s.ldh_u_per_l,
      s.ldh_uln_u_per_l, s.ldh_category, s.brain_metastases, s.liver_metastases,
      s.organ_sites, s.braf, s.nras, s.comorbidities) as content
  from source.baselines as s
  left join staging.patients as patients
    on patients.patient_id = cleaned(s.patient_id) and patients.is_placed
),
placement as (
  -- of the rows that can be attached, the first in file order takes the key
  select
    _file,
    _line,
    _ordinal,
    coalesce(record_key, _file || ':' || _line) as record_key,
    patient_hospital_id,
    case
      when record_key is null then 'missing_key'
      when not has_patient then 'orphan'
      when row_number() over first_come = 1 then null
      when content is not distinct from first_value(content) over first_come then 'exact_duplicate'
      else 'duplicate_key'
    end as unplaced_because
  from attached
  window first_come as (partition by record_key, has_patient order by _ordinal, _file, _line)
)
select
  s._file as source_file,
  s._line as source_line,
  placement.record_key,
  placement.unplaced_because is null as is_placed,
  placement.unplaced_because,
  cleaned(s.patient_id) as patient_id,
  cleaned(s.treatment_id) as treatment_id,
  date_representative(s.measured_date) as measured_date,
  date_earliest(s.measured_date) as measured_date_earliest,
  date_latest(s.measured_date) as measured_date_latest,
  as_written(s.measured_date, s.measured_date__raw) as measured_date_text,
  date_representative(s.primary_diagnosis_date) as primary_diagnosis_date,
  date_earliest(s.primary_diagnosis_date) as primary_diagnosis_date_earliest,
  date_latest(s.primary_diagnosis_date) as primary_diagnosis_date_latest,
  as_written(s.primary_diagnosis_date, s.primary_diagnosis_date__raw) as primary_diagnosis_date_text,
  date_representative(s.advanced_diagnosis_date) as advanced_diagnosis_date,
  date_earliest(s.advanced_diagnosis_date) as advanced_diagnosis_date_earliest,
  date_latest(s.advanced_diagnosis_date) as advanced_diagnosis_date_latest,
  as_written(s.advanced_diagnosis_date, s.advanced_diagnosis_date__raw) as advanced_diagnosis_date_text,
  code_of(s.primary_type, primary_type_list.code) as primary_type,
  as_written(s.primary_type, s.primary_type__raw) as primary_type_text,
  parse_number(s.breslow_mm) as breslow_mm,
  as_written(s.breslow_mm, s.breslow_mm__raw) as breslow_mm_text,
  cleaned(s.t_category) as t_category,
  code_of(s.ulceration, ulceration_list.code) as ulceration,
  as_written(s.ulceration, s.ulceration__raw) as ulceration_text,
  code_of(s.ajcc_edition, ajcc_edition_list.code) as ajcc_edition,
  as_written(s.ajcc_edition, s.ajcc_edition__raw) as ajcc_edition_text,
  code_of(s.stage, stage_list.code) as stage,
  as_written(s.stage, s.stage__raw) as stage_text,
  code_of(s.resectable, resectable_list.code) as resectable,
  as_written(s.resectable, s.resectable__raw) as resectable_text,
  code_of(s.m_category, m_category_list.code) as m_category,
  as_written(s.m_category, s.m_category__raw) as m_category_text,
  code_of(s.ecog, ecog_list.code) as ecog,
  as_written(s.ecog, s.ecog__raw) as ecog_text,
  parse_number(s.ldh_u_per_l) as ldh_u_per_l,
  as_written(s.ldh_u_per_l, s.ldh_u_per_l__raw) as ldh_u_per_l_text,
  parse_number(s.ldh_uln_u_per_l) as ldh_uln_u_per_l,
  as_written(s.ldh_uln_u_per_l, s.ldh_uln_u_per_l__raw) as ldh_uln_u_per_l_text,
  code_of(s.ldh_category, ldh_category_list.code) as ldh_category,
  as_written(s.ldh_category, s.ldh_category__raw) as ldh_category_text,
  code_of(s.brain_metastases, brain_metastases_list.code) as brain_metastases,
  as_written(s.brain_metastases, s.brain_metastases__raw) as brain_metastases_text,
  code_of(s.liver_metastases, liver_metastases_list.code) as liver_metastases,
  as_written(s.liver_metastases, s.liver_metastases__raw) as liver_metastases_text,
  parse_integer(s.organ_sites) as organ_sites,
  as_written(s.organ_sites, s.organ_sites__raw) as organ_sites_text,
  code_of(s.braf, braf_list.code) as braf,
  as_written(s.braf, s.braf__raw) as braf_text,
  code_of(s.nras, nras_list.code) as nras,
  as_written(s.nras, s.nras__raw) as nras_text,
  parse_integer(s.comorbidities) as comorbidities,
  as_written(s.comorbidities, s.comorbidities__raw) as comorbidities_text,
  placement.patient_hospital_id as hospital_id
from source.baselines as s
join placement
  on placement._file = s._file and placement._line = s._line and placement._ordinal = s._ordinal
left join codelists.codes as primary_type_list
  on primary_type_list.codelist = 'primary_type' and lower(primary_type_list.code) = lower(cleaned(s.primary_type))
left join codelists.codes as ulceration_list
  on ulceration_list.codelist = 'yes_no_unknown' and lower(ulceration_list.code) = lower(cleaned(s.ulceration))
left join codelists.codes as ajcc_edition_list
  on ajcc_edition_list.codelist = 'ajcc_edition' and lower(ajcc_edition_list.code) = lower(cleaned(s.ajcc_edition))
left join codelists.codes as stage_list
  on stage_list.codelist = 'stage' and lower(stage_list.code) = lower(cleaned(s.stage))
left join codelists.codes as resectable_list
  on resectable_list.codelist = 'yes_no_unknown' and lower(resectable_list.code) = lower(cleaned(s.resectable))
left join codelists.codes as m_category_list
  on m_category_list.codelist = 'm_category' and lower(m_category_list.code) = lower(cleaned(s.m_category))
left join codelists.codes as ecog_list
  on ecog_list.codelist = 'ecog' and lower(ecog_list.code) = lower(cleaned(s.ecog))
left join codelists.codes as ldh_category_list
  on ldh_category_list.codelist = 'ldh_category' and lower(ldh_category_list.code) = lower(cleaned(s.ldh_category))
left join codelists.codes as brain_metastases_list
  on brain_metastases_list.codelist = 'brain_metastases' and lower(brain_metastases_list.code) = lower(cleaned(s.brain_metastases))
left join codelists.codes as liver_metastases_list
  on liver_metastases_list.codelist = 'yes_no_unknown' and lower(liver_metastases_list.code) = lower(cleaned(s.liver_metastases))
left join codelists.codes as braf_list
  on braf_list.codelist = 'braf' and lower(braf_list.code) = lower(cleaned(s.braf))
left join codelists.codes as nras_list
  on nras_list.codelist = 'nras' and lower(nras_list.code) = lower(cleaned(s.nras))
