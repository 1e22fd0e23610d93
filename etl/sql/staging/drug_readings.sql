-- One row per drug text as written and each thing that is read in it.
with
texts as (
  select drug as written from staging.drugs where drug is not null
  union
  select regimen as written from staging.treatments where regimen is not null
),
names as (
  -- a substance goes by its generic name, its ATC code and its aliases
  select matching_key(substance) as name_key, substance from codelists.substances
  union
  select matching_key(atc) as name_key, substance from codelists.substances where atc is not null
  union
  select matching_key(alias) as name_key, substance from codelists.drug_aliases
  union all
  select matching_key(code) as name_key, cast(null as varchar) as substance
  from codelists.codes
  where codelist = 'not_treatment'
),
words as (
  select matching_key(word) as word_key, any_value(meaning) as meaning
  from codelists.drug_words
  group by matching_key(word)
),
undosed as (
  -- without doses and schedules: "240 mg q2w", "3 mg/kg", "AUC 5", "4x", "d1-21", "a 21 dagen"
  select
    written,
    regexp_replace(
      regexp_replace(
        regexp_replace(
          regexp_replace(
            regexp_replace(written, '[\x{2010}-\x{2015}\x{2212}]', '-', 'g'),
            '\x{B1}|[+]\s*/\s*-', ' or ', 'g'
          ),
          '\b([0-9]+\s*[x*]\s*)?[0-9]+([.,][0-9]+)?\s*(mg|mcg|ug|\x{B5}g|\x{3BC}g|gr?|kg|ml|iu|ie|mio|mu|miu|gy)\b'
          || '(\s*/\s*(m\x{B2}|(kg|kgkg|kgbw|m2|dag|day|d|tag)\b))?',
          ' ', 'gi'
        ),
        '\bauc\s*=?\s*[0-9]+([.,][0-9]+)?'
        || '|\bq\s*[0-9]+\s*(w|wk|wks|wkn|weeks?|weken|wochen|d|days?|dagen|tage|m|mnd|h)?\b'
        || '|\b[0-9]+\s*(x|dd\s*[0-9]*)\b|\bt/m\b|(^|\s)[a\x{E0}]\s+[0-9]+'
        || '|\b(d|c|dag|day|tag)\s*[0-9]{1,2}(\s*-\s*[0-9]+)?\b',
        ' ', 'gi'
      ),
      -- "s.c." and "i.v." are words
      '\b(\pL)[.]\s?(\pL)\b[.]?', '\1\2', 'g'
    ) as undosed
  from texts
),
sequences as (
  -- an arrow parts what was given at first from what followed
  select
    written,
    string_split(
      regexp_replace(
        regexp_replace(
          regexp_replace(
            undosed, '-+>+|=+>+|[\x{2192}\x{21D2}\x{2794}\x{279C}\x{279D}\x{27F6}]', chr(30), 'g'
          ),
          '>+\s*([^\s0-9=>])', chr(30) || '\1', 'g'
        ),
        '(^|[\s,;+])(followed by|switch(ed)? to|then|gevolgd door|overgezet op|omgezet naar|daarna'
        || '|vervolgens|aansluitend|gefolgt von|umgestellt auf|danach|dann'
        || '|anschlie(\x{DF}|ss)end)\s',
        chr(30), 'gi'
      ),
      chr(30)
    ) as stages
  from undosed
),
stages as (
  select
    written,
    unnest(stages) as stage_text,
    generate_subscripts(stages, 1) as stage,
    len(stages) as stages_in_text
  from sequences
),
segments as (
  -- what stands in brackets is read by itself
  select written, stage, stages_in_text,
    string_split_regex(stage_text, '[()\[\]{}]') as segments
  from stages
),
segment_texts as (
  select
    written,
    stage,
    stages_in_text,
    len(segments) as segments_in_stage,
    generate_subscripts(segments, 1) as segment,
    unnest(segments) as segment_text
  from segments
),
pieces as (
  -- names stand apart by + / , ; & | and line ends
  select
    written,
    stage,
    segment,
    string_split_regex(segment_text, '[+/,;&|\n\r]|\bi\.?c\.?\s?m\b\.?') as pieces
  from segment_texts
),
found as (
  select
    written,
    stage,
    segment,
    generate_subscripts(pieces, 1) as piece,
    regexp_extract_all(unnest(pieces), '-?[\pL\pM\pN]+') as tokens
  from pieces
),
unnested as (
  select
    written,
    stage,
    segment,
    piece,
    generate_subscripts(tokens, 1) as nth,
    unnest(tokens) as token
  from found
),
tokens as (
  -- a dose may be glued to a name: "ipi3", "nivo1mg/kg"
  select
    u.written,
    u.stage,
    u.segment,
    u.piece,
    u.nth,
    u.token,
    case
      when exact.name_key is null and glued.name_key is not null then glued.name_key
      else matching_key(u.token)
    end as token_key
  from unnested as u
  left join (select distinct name_key from names) as exact
    on exact.name_key = matching_key(u.token)
  left join (select distinct name_key from names) as glued
    on glued.name_key = regexp_extract(matching_key(u.token), '^([a-z]{3,})[0-9]{1,4}(mg)?$', 1)
),
keyed as (
  select
    tokens.written,
    tokens.stage,
    tokens.segment,
    tokens.token,
    tokens.token_key,
    words.meaning,
    row_number() over by_stage as position,
    -- "and" and its like part names too
    1000000 * tokens.segment + 1000 * tokens.piece
    + count(case when words.meaning = 'joins' then 1 end) over (
      partition by tokens.written, tokens.stage, tokens.segment, tokens.piece order by tokens.nth
    ) as part
  from tokens
  left join words on words.word_key = tokens.token_key
  window by_stage as (
    partition by tokens.written, tokens.stage order by tokens.segment, tokens.piece, tokens.nth
  )
),
part_bounds as (
  -- the words of a part that could name something
  select written, stage, part, min(position) as first_position, max(position) as last_position
  from keyed
  where meaning is null or meaning = 'refuses'
  group by written, stage, part
),
stage_keys as (
  select
    written,
    stage,
    list(token_key order by position) as token_keys,
    list(token order by position) as tokens
  from keyed
  group by written, stage
),
lengths as (
  select 1 as words union all select 2 union all select 3
  union all select 4 union all select 5 union all select 6
),
spans as (
  -- every run of up to six words that is a name
  select
    k.written,
    k.stage,
    k.segment,
    k.position as first_position,
    k.position + l.words - 1 as last_position,
    n.substance,
    regexp_replace(
      array_to_string(list_slice(s.tokens, k.position, k.position + l.words - 1), ' '), ' -', '-', 'g'
    ) as part_text
  from keyed as k
  join stage_keys as s on s.written = k.written and s.stage = k.stage
  join lengths as l on k.position + l.words - 1 <= len(s.token_keys)
  join names as n
    on n.name_key
      = array_to_string(list_slice(s.token_keys, k.position, k.position + l.words - 1), '')
  join keyed as closing
    on closing.written = k.written and closing.stage = k.stage
    and closing.position = k.position + l.words - 1
  left join part_bounds as o
    on o.written = k.written and o.stage = k.stage and o.part = k.part
  left join part_bounds as c
    on c.written = k.written and c.stage = k.stage and c.part = closing.part
  -- "none" and "unknown" say so only where nothing stands beside them
  where n.substance is not null
    or (
      coalesce(o.first_position >= k.position, true)
      and coalesce(c.last_position <= k.position + l.words - 1, true)
    )
),
longest as (
  select s.*
  from spans as s
  where not exists (
    select 1
    from spans as o
    where o.written = s.written and o.stage = s.stage
      and o.first_position <= s.first_position and o.last_position >= s.last_position
      and o.last_position - o.first_position > s.last_position - s.first_position
  )
),
covered as (
  select k.written, k.stage, k.position
  from keyed as k
  join longest as l
    on l.written = k.written and l.stage = k.stage
    and k.position between l.first_position and l.last_position
  group by k.written, k.stage, k.position
),
suffixed as (
  -- the four letters that tell a biological from its biosimilars: relatlimab-rmbw
  select l.written, l.stage, l.last_position + 1 as position
  from longest as l
  join codelists.substances as s on s.substance = l.substance and s.is_biological
  group by l.written, l.stage, l.last_position
),
judged as (
  select
    k.written,
    k.stage,
    k.segment,
    k.part,
    k.position,
    k.token,
    k.token_key,
    c.position is not null as is_covered,
    c.position is null and k.meaning = 'refuses' as is_refusal,
    c.position is null
    and k.meaning is null
    and not regexp_full_match(k.token_key, '[0-9]+[a-z]?')
    and not (
      regexp_full_match(k.token_key, 'x[0-9]{1,2}')
      and bool_or(c.position is not null) over (partition by k.written, k.stage, k.part)
    )
    and not (x.position is not null and regexp_full_match(k.token, '-[A-Za-z]{4}'))
      as is_unread,
    coalesce(k.meaning, '') <> '' as is_word
  from keyed as k
  left join covered as c
    on c.written = k.written and c.stage = k.stage and c.position = k.position
  left join suffixed as x
    on x.written = k.written and x.stage = k.stage and x.position = k.position
),
refused as (
  -- "no", "or", "after": what such a text means is not guessed at
  select written, stage, segment
  from judged
  where is_refusal
  group by written, stage, segment
),
runs as (
  select
    j.*,
    count(case when j.is_covered then 1 end) over (
      partition by j.written, j.stage, j.part order by j.position
    ) as run
  from judged as j
),
unread as (
  select
    written,
    stage,
    segment,
    min(position) as position,
    ltrim(regexp_replace(string_agg(token, ' ' order by position), ' -', '-', 'g'), '-')
      as part_text,
    string_agg(case when is_word then '' else token_key end, '' order by position) as part_key
  from runs
  where not is_covered
  group by written, stage, segment, part, run
  having bool_or(is_unread)
),
things as (
  select l.written, l.stage, l.first_position as position, l.part_text, l.substance,
    l.substance is null as is_no_treatment, cast(null as varchar) as part_key
  from longest as l
  anti join refused as r
    on r.written = l.written and r.stage = l.stage and r.segment = l.segment
  union all
  select u.written, u.stage, u.position, u.part_text, null, false, u.part_key
  from unread as u
  anti join refused as r
    on r.written = u.written and r.stage = u.stage and r.segment = u.segment
  union all
  select s.written, s.stage, s.segment,
    case
      when s.stages_in_text = 1 and s.segments_in_stage = 1 then s.written
      else trim(s.segment_text)
    end,
    null, false, matching_key(s.segment_text)
  from segment_texts as s
  semi join refused as r
    on r.written = s.written and r.stage = s.stage and r.segment = s.segment
  union all
  -- nothing but doses, schedules and marks: no name can be read
  select t.written, 1, 0, t.written, null, false, matching_key(t.written)
  from texts as t
  where t.written not in (select written from longest)
    and t.written not in (select written from unread)
    and t.written not in (select written from refused)
),
told as (
  select
    t.written,
    t.stage,
    1000 * t.stage + t.position as place,
    t.part_text,
    t.substance,
    case
      when t.is_no_treatment then 'not_treatment'
      when t.substance is null then 'unread'
      when s.is_systemic then 'systemic'
      else 'not_systemic'
    end as reading,
    case
      when t.substance is null and not t.is_no_treatment
        then coalesce(nullif(t.part_key, ''), lower(t.part_text))
    end as unread_key
  from things as t
  left join codelists.substances as s on s.substance = t.substance
),
once as (
  -- a thing that is named twice in a text is one, and stands where it stood first
  select
    written,
    reading,
    substance,
    unread_key,
    arg_min(part_text, place) as part,
    min(place) as place,
    min(stage) as stage
  from told
  group by written, reading, substance, unread_key
)
select
  o.written,
  row_number() over (partition by o.written order by o.place, o.substance, o.unread_key) as ordinal,
  o.part,
  o.reading,
  o.substance,
  o.unread_key,
  o.stage > min(o.stage) over (partition by o.written) as is_after_arrow,
  coalesce(
    o.stage < max(case when o.reading in ('systemic', 'unread') then o.stage end)
      over (partition by o.written),
    false
  ) as is_before_arrow
from once as o
