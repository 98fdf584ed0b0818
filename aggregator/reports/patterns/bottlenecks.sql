-- How uses ended at each place of a workflow: on each path, in each phase, by name.

with placed as (
    select
        'path' as place,
        workflow_path as value,
        kind,
        skill_name,
        outcome
    from recorded($q)
    where workflow_path is not null
    union all
    select
        'phase' as place,
        workflow_phase as value,
        kind,
        skill_name,
        outcome
    from recorded($q)
    where workflow_phase is not null
)
select
    place,
    value,
    kind,
    skill_name,
    count(*) filter (outcome = 'success') as successes,
    count(*) filter (outcome = 'failure') as failures,
    count(*) filter (outcome = 'abandoned') as abandoned,
    count(*) filter (outcome = 'unknown') as unknown
from placed
group by place, value, kind, skill_name
order by place, value, skill_name, kind
