-- The uses of one skill or agent ($skill_name, $of_kind; null: all) in each project, by source where
-- $by_source: in the days before ($since to $before_until) and in those of an anomaly ($then_since to
-- $then_until).

select
    project_id,
    if($by_source, coalesce(source, ''), '') as part,
    count(*) filter (is_before),
    count(*) filter (is_before and outcome = 'success'),
    count(*) filter (is_before and outcome <> 'unknown'),
    count(duration_ms) filter (is_before),
    coalesce(sum(cast(duration_ms as double)) filter (is_before), 0),
    count(*) filter (is_then),
    count(*) filter (is_then and outcome = 'success'),
    count(*) filter (is_then and outcome <> 'unknown'),
    count(duration_ms) filter (is_then),
    coalesce(sum(cast(duration_ms as double)) filter (is_then), 0)
from (
    select
        *,
        day between $since and $before_until as is_before,
        day between $then_since and $then_until as is_then
    from asked($q)
    where $of_kind is null or kind = $of_kind
)
group by project_id, part
