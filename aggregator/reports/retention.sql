-- The rows that a retention since $rows_since would delete, and what was deleted before.

select
    (select count(*) from skill_usage where day < $rows_since) as rows_due,
    (
        select coalesce(sum(successes + failures + abandoned + unknown), 0) from archived_days
    ) as uses_archived,
    (select max(rows_since) from archived_projects) as archived_before
