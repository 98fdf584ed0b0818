-- All experiments, the newest first. Moments are microseconds since 1970, as time objects need pytz.

select
    name,
    salt,
    control,
    treatment,
    unit,
    share,
    weeks,
    begins_on,
    epoch_us(created_at),
    epoch_us(stopped_at),
    team_id
from experiments
order by created_at desc, name
