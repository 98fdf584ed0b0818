-- With whom a project shares rows, and for whom they count.

select
    other.project_name,
    owner.project_name,
    count(*)
from (
    select
        project_id as owner_id,
        if(project_id = $id, unnest(shared_with), project_id) as other_id
    from skill_usage
    where
        shared_with is not null
        and (project_id = $id or list_contains(shared_with, $id))
) as shared
inner join projects as other on other.project_id = shared.other_id
inner join projects as owner on owner.project_id = shared.owner_id
group by other.project_name, owner.project_name
order by other.project_name, owner.project_name;
