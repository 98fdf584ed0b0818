-- How the uses ended that fall into each of the spans $spans: of a project (`(user)`: of any), a kind and
-- a name, from an instant on and before another, in microseconds.

with spans as (
    select unnest(cast($spans as struct(
        number bigint, project_id varchar, kind varchar, name varchar, since bigint, until bigint
    )[]), recursive := true)
)

select
    spans.number,
    count(*) filter (uses.outcome = 'success'),
    count(*) filter (uses.outcome = 'failure'),
    count(*) filter (uses.outcome = 'abandoned'),
    count(*) filter (uses.outcome = 'unknown')
from asked($q) as uses
inner join spans on uses.kind = spans.kind and uses.skill_name = spans.name
where
    (spans.project_id = '(user)' or spans.project_id = uses.project_id)
    and uses.invoked_at >= make_timestamptz(spans.since)
    and uses.invoked_at < make_timestamptz(spans.until)
group by spans.number
