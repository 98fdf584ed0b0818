-- Whether a day that has come has a mark; "come" as of $horizon, in the reporting zone.

select
    exists (
        select 1
        from dirty_buckets
        where
            day <= (
                select cast(timezone(value, cast($horizon as timestamptz)) as date)
                from settings
                where key = 'timezone'
            )
    )
