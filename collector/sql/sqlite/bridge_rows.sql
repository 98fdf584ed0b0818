select * from skill_invocations order by id
