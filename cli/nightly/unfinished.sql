-- Whether the last run was the service's own and its rollups were never refreshed.

select exists (
    from collect_runs
    where collect_run_id = (select max(collect_run_id) from collect_runs)
        and trigger <> 'manual'
        and outcome in ('done', 'problems')
        and started_at > coalesce(
            (
                select cast(value as timestamptz)
                from settings
                where key = 'aggregates_refreshed_at'
            ),
            timestamptz '1970-01-01 00:00:00+00'
        )
) and exists (from dirty_buckets);
