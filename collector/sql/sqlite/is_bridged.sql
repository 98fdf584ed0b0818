select 1 from skill_invocations limit 1
