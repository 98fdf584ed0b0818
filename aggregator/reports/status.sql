-- What the warehouse holds. Counting a whole table does not read its rows.

select
    (select count(*) from skill_usage) as row_count,
    (select count(*) from skill_aggregates)
    + (select count(*) from skill_breakdowns)
    + (select count(*) from session_days) as rollup_rows,
    (select coalesce(sum(rejected), 0) from source_files) as rejected,
    (select count(*) from (select distinct * from dirty_buckets)) as stale,
    (select value from settings where key = 'aggregates_refreshed_at') as refreshed_at
