-- The membership, with instants as microseconds since 1970.

select
    url, team, since, withheld, cast(agreement as varchar), agreement_etag, counters,
    epoch_us(joined_at), epoch_us(confirmed_at), pending,
    sent_digest, sent_etag, sent_rows, sent_bytes, epoch_us(published_at),
    epoch_us(attempted_at), problem
from team_membership;
