insert into baseline_counts
select
    $baseline,
    unnest($project_ids),
    unnest($kinds),
    unnest($skill_names),
    cast(unnest($days_used) as bit),
    unnest($invocations),
    unnest($successes),
    unnest($failures),
    unnest($abandoned),
    unnest($unknown),
    unnest($duration_counts),
    cast(unnest($duration_sums_ms) as decimal(38, 3)),
    unnest($p50_durations_ms);
