-- The file as it is sent. In one order and one row group, so that equal counters make equal bytes.
-- Places become texts, which are in the order of their places, once they are sorted.

copy (
    select
        cast($member as varchar) as member,
        cast($team as varchar) as team,
        week,
        $kinds[skill] as kind,
        $skills[skill] as skill,
        $types[project_type] as project_type,
        cast(measured as varchar) as measured,
        cast(counter as varchar) as counter,
        bucket,
        cast(uses as integer) as uses
    from (
        from team_counters
        where week >= $since
        order by week, skill, project_type, measured, counter, bucket
    )
) to $path (format parquet, compression zstd, row_group_size 1000000);
