-- How far the table reaches, and how many rows there are up to the last one that was read, and after.

select
    (select max(id) from skill_invocation),
    (select count(*) from skill_invocation where id <= $last),
    (select count(*) from skill_invocation where id > $last)
