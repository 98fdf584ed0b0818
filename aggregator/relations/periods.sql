-- What happened in each day, week or month (`q.grain`), by project (or '*' for all active ones
-- together where `q.together`), kind and name. A real-time aggregate: stored buckets before the
-- watermark, and buckets measured from the rows since. Counts and sums add up over periods; sessions
-- do once `repeated_sessions` is subtracted; percentiles do not.

create or replace temp macro periods(q) as table
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
    last_used
from skill_aggregates
where
    time_window = q['grain']
    and window_start < q['watermark']
    and (q['since'] is null or window_start >= q['since'])
    and (q['until'] is null or window_start <= q['until'])
    and (q['kind'] = 'all' or kind = q['kind'])
    and (q['name'] is null or skill_name = q['name'])
    and (
        (q['together'] and project_id = '*')
        or (not q['together'] and q['everything'] and project_id <> '*')
        or (
            not q['together']
            and not q['everything']
            and project_id between list_min(q['projects']) and list_max(q['projects'])
            and list_contains(q['projects'], project_id)
        )
    )

union all

select
    if(q['together'], '*', project_id),
    kind,
    skill_name,
    case q['grain'] when 'daily' then day when 'weekly' then week else month end,
    count(*),
    count(*) filter (outcome = 'success'),
    count(*) filter (outcome = 'failure'),
    count(*) filter (outcome = 'abandoned'),
    count(*) filter (outcome = 'unknown'),
    count(duration_ms),
    coalesce(sum(duration_ms), 0),
    quantile_cont(cast(duration_ms as double), 0.5),
    quantile_cont(cast(duration_ms as double), 0.95),
    count(quality_score),
    coalesce(sum(quality_score), 0),
    count(followup_actions),
    coalesce(sum(followup_actions), 0),
    count(distinct (project_id, session_id)) filter (session_id is not null),
    min(invoked_at),
    max(invoked_at)
from asked(q)
where day >= q['watermark']
group by all;
