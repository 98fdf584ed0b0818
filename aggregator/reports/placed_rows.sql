-- All of them in one bucket.

, placed as not materialized (select date '1970-01-01' as window_start, * from asked)

