-- How far the table reaches, and whether what was read of it before is still there: the last row
-- read, and how many there were up to it.

select
    (select max(id) from skill_invocation),
    (select count(*) from skill_invocation where id <= $last),
    (select count(*) from skill_invocation where id > $last),
    (
        select typeof(skill_name) || ' ' || skill_name || char(10) || invoked_at || char(10) || created_at
        from skill_invocation
        where id = $last
    )
