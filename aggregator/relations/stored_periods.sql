-- What happened in each stored day, week or month (`q.grain`) before the watermark, by project (or '*'
-- for all active ones together where `q.together`), kind and name.

create or replace temp macro stored_periods(q) as table
select
    project_id,
    kind,
    skill_name,
    window_start as period_start,
    invocations,
    successes,
    failures,
    abandoned,
    unknown,
    duration_count,
    duration_sum_ms,
    p50_duration_ms,
    p95_duration_ms,
    quality_count,
    quality_sum,
    followup_count,
    followup_sum,
    sessions,
    first_used,
    last_used,
    cast(null as varchar) as source
from skill_aggregates
where
    time_window = q['grain']
    and window_start < q['watermark']
    and (q['since'] is null or window_start >= q['since'])
    and (q['until'] is null or window_start <= q['until'])
    and (q['kind'] = 'all' or kind = q['kind'])
    and (q['name'] is null or skill_name = q['name'])
    and project_id between q['first_group'] and q['last_group']
    and (q['groups'] is null or list_contains(q['groups'], project_id));
