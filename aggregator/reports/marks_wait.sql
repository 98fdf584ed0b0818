-- Whether any mark is of a day that has come by $horizon, in the reporting zone.

select count(*) > 0
from dirty_buckets
cross join settings
where
    settings.key = 'timezone'
    and dirty_buckets.day <= cast(timezone(settings.value, cast($horizon as timestamptz)) as date)
