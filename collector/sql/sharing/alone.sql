-- How many rows and archived days of project $id are not also in project $other.

select
    (
        select count(*)
        from skill_usage
        where project_id = $id and not coalesce(list_contains(shared_with, $other), false)
    )
    + (select count(*) from archived_days where project_id = $id);
