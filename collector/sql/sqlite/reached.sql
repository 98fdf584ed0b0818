-- How far the table reaches, how many rows there are up to the last one that was read, and after it,
-- as far as that matters before they are read: counting all takes a twentieth of reading them.

select
    (select max(id) from skill_invocation),
    (select count(*) from skill_invocation where id <= $last),
    (select count(*) from (select 1 from skill_invocation where id > $last limit $enough))
