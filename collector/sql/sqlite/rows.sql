-- Invocations one by one, whatever columns their writer's version has.

select * from skill_invocation where id > $after and id <= $upto order by id
