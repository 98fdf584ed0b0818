-- Which projects may hold the same invocations, and for which a shared row counts: that of a project that is
-- collected before one that is not, of a main checkout before a worktree, of the first registered.

create or replace temp table precedence as
select
    project_id,
    row_number() over (
        order by not is_active, is_worktree, registered_at, project_id
    ) as place
from projects;

-- Checkouts of one repository, and one folder under several paths.
create or replace temp table checkouts as
select one.project_id, other.project_id as other_id
from projects as one
inner join projects as other on one.repository = other.repository
where one.project_id <> other.project_id
union
select one.project_id, other.project_id
from projects as one
inner join projects as other on one.folder = other.folder
where one.project_id <> other.project_id;
