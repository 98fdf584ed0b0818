-- The earliest day whose stored buckets are stale and that has come, up to $last_day; null where
-- everything stored is current.

select min(day) from dirty_buckets where day <= $last_day
