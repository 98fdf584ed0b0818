-- Every bucket of one grain, recomputed from its rows independently of the refresh: those of one part
-- of the windows, kinds and names.

with scopes as (
    select distinct project_id, project_id as scope from invocations
    union all
    select project_id, '*' from projects where is_active
),

measured as (
    select
        case $time_window
            when 'daily' then invocations.day
            when 'weekly' then invocations.week
            when 'monthly' then invocations.month
            else date '1970-01-01'
        end as window_start,
        scopes.scope as project_id,
        invocations.kind,
        invocations.skill_name,
        struct_pack(
            invocations := count(*),
            successes := count(*) filter (outcome = 'success'),
            failures := count(*) filter (outcome = 'failure'),
            abandoned := count(*) filter (outcome = 'abandoned'),
            unknown := count(*) filter (outcome = 'unknown'),
            duration_count := count(duration_ms),
            duration_sum_ms := coalesce(sum(duration_ms), 0),
            p50_duration_ms := round(quantile_cont(cast(duration_ms as double), 0.5), 6),
            p95_duration_ms := round(quantile_cont(cast(duration_ms as double), 0.95), 6),
            quality_count := count(quality_score),
            quality_sum := coalesce(sum(quality_score), 0),
            followup_count := count(followup_actions),
            followup_sum := coalesce(sum(followup_actions), 0),
            sessions := count(distinct (invocations.project_id, session_id)) filter (session_id is not null),
            projects := count(distinct invocations.project_id),
            first_used := min(invoked_at),
            last_used := max(invoked_at)
        ) as measures
    from invocations
    inner join scopes on scopes.project_id = invocations.project_id
    where
        hash(
            case $time_window
                when 'daily' then invocations.day
                when 'weekly' then invocations.week
                when 'monthly' then invocations.month
                else date '1970-01-01'
            end,
            invocations.kind,
            invocations.skill_name
        ) % cast($parts as ubigint) = $part
    group by all
),

stored as (
    select * replace (round(p50_duration_ms, 6) as p50_duration_ms, round(p95_duration_ms, 6) as p95_duration_ms)
    from skill_aggregates
    where
        time_window = $time_window
        and hash(window_start, kind, skill_name) % cast($parts as ubigint) = $part
),

kept as (
    select
        window_start,
        project_id,
        kind,
        skill_name,
        struct_pack(*columns(* exclude (time_window, window_start, project_id, kind, skill_name))) as measures
    from stored
)

select
    count(*) over () as findings,
    concat_ws(' ', kind, skill_name, $time_window, window_start, 'of', project_id) as about,
    cast(to_json(kept.measures) as varchar) as stored,
    cast(to_json(measured.measures) as varchar) as expected
from measured
full join kept using (window_start, project_id, kind, skill_name)
where
    measured.measures is distinct from kept.measures
    and ($time_window, window_start, project_id, kind, skill_name) not in (
        select (time_window, window_start, project_id, kind, skill_name) from marked
    )
order by about
limit $examples;
