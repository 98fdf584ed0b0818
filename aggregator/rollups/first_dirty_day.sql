select min(day) from dirty_buckets;
