-- The median of this warehouse's durations by name and way of measuring.
select
    uses.kind,
    uses.skill_name,
    uses.measured,
    quantile_cont(cast(uses.duration_ms as double), 0.5) as p50
from asked($q) as uses
where uses.measured is not null and uses.duration_ms is not null
group by uses.kind, uses.skill_name, uses.measured;
