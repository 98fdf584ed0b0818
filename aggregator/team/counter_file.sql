-- The file as it is sent. In one order and one row group, so that equal counters make equal bytes.

copy (
    select
        cast($member as varchar) as member,
        cast($team as varchar) as team,
        week, kind, skill, project_type, measured, counter, bucket,
        cast(uses as integer) as uses
    from team_counters
    where week >= $since
    order by week, kind, skill, project_type, measured, counter, bucket
) to $path (format parquet, compression zstd, row_group_size 1000000);
