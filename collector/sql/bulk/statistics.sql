select
    chunk_number,
    count(*) as records,
    bool_or(irregular) as irregular,
    count(*) filter (placeholder) as placeholders,
    count(*) filter (time_basis = 'local_first_pass') as repeated,
    count(*) filter (time_basis = 'local_gap') as skipped,
    min(epoch_us(coalesce(local_time, make_timestamp(epoch_us(invoked_at)))))
        filter (idempotency_key is null) as earliest_us,
    max(epoch_us(coalesce(local_time, make_timestamp(epoch_us(invoked_at)))))
        filter (idempotency_key is null) as latest_us
from staged
where chunk_number >= $first and kind = $kind
group by chunk_number
