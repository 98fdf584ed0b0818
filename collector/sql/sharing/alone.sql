-- How many rows and archived days a project has that another project does not hold.

select
    (
        select count(*)
        from skill_usage
        where project_id = $id and not coalesce(list_contains(shared_with, $other), false)
    )
    + (select count(*) from archived_days where project_id = $id);
