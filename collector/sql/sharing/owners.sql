-- Projects came, went or changed their place: every shared row goes to the first that is left.

create or replace temp table reowned as
with held_by as (
    select
        rowid as stored_row, project_id, kind, skill_name, day,
        unnest(list_append(shared_with, project_id)) as holder
    from skill_usage
    where shared_with is not null
),

decided as (
    select
        stored_row, held_by.project_id, kind, skill_name, day,
        arg_min(holder, place) as owner,
        list_sort(list(holder)) as holders
    from held_by
    inner join precedence on precedence.project_id = held_by.holder
    group by all
)

select
    stored_row, project_id, kind, skill_name, day, owner,
    nullif(list_filter(holders, lambda each: each <> owner), []) as others
from decided
where project_id <> owner;

insert into dirty_buckets
select distinct marked.*
from (
    select project_id, kind, skill_name, day from reowned
    union all
    select owner, kind, skill_name, day from reowned
) as marked (project_id, kind, skill_name, day)
anti join dirty_buckets using (project_id, kind, skill_name, day);

update skill_usage
set project_id = reowned.owner, shared_with = reowned.others
from reowned
where skill_usage.rowid = reowned.stored_row;
