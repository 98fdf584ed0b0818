-- The earliest day whose stored buckets are stale and that has come by $horizon, in the reporting
-- zone; null where everything stored is current.

select min(dirty_buckets.day)
from dirty_buckets
cross join settings
where
    settings.key = 'timezone'
    and dirty_buckets.day <= cast(timezone(settings.value, cast($horizon as timestamptz)) as date)
