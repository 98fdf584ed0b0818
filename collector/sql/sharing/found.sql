-- What a batch has shown: pairs of projects that share a history, and rows that were stored twice.

with repaired as (
    select project_id, owner as other_id, count(*) as row_count
    from repeated_stored
    group by project_id, owner
),

found as (
    select distinct
        if(mine.place > theirs.place, mine.project_id, theirs.project_id) as project_id,
        if(mine.place > theirs.place, theirs.project_id, mine.project_id) as other_id
    from found_runs
    inner join precedence as mine on mine.project_id = found_runs.project_id
    inner join precedence as theirs on theirs.project_id = found_runs.other_id
    where found_runs.is_new
)

select
    project_id,
    owner.project_name,
    found.project_id is not null,
    coalesce(repaired.row_count, 0)
from found
full join repaired using (project_id, other_id)
inner join projects as owner on owner.project_id = other_id
order by project_id, owner.project_name;
