-- Invocations one by one, whatever columns their writer's version has. A limit of -1 is none.

select * from skill_invocation where id > $after order by id limit $rows
