-- Sums of `days` by bucket and project, less the days on which a session was there `again`.

, repeated as (
    select bucket_start, project_id, kind, skill_name, sum(days) as days
    from (
        select bucket_start, project_id, kind, skill_name, count(*) - 1 as days
        from again
        group by bucket_start, project_id, kind, skill_name, session_id
    )
    group by bucket_start, project_id, kind, skill_name
),

added as (
    select
        bucket_start,
        project_id,
        kind,
        skill_name,
        sum(invocations) as invocations,
        sum(successes) as successes,
        sum(failures) as failures,
        sum(abandoned) as abandoned,
        sum(unknown) as unknown,
        sum(duration_count) as duration_count,
        sum(duration_sum_ms) as duration_sum_ms,
        sum(quality_count) as quality_count,
        sum(quality_sum) as quality_sum,
        sum(followup_count) as followup_count,
        sum(followup_sum) as followup_sum,
        sum(sessions) as sessions,
        min(first_used) as first_used,
        max(last_used) as last_used
    from days
    group by bucket_start, project_id, kind, skill_name
),

measured as (
    select
        added.* exclude (bucket_start) replace (
            added.sessions - coalesce(repeated.days, 0) as sessions
        ),
        $time_window as time_window,
        added.bucket_start as window_start
    from added
    left join repeated
        on repeated.bucket_start = added.bucket_start
        and repeated.project_id = added.project_id
        and repeated.kind = added.kind
        and repeated.skill_name = added.skill_name
)
