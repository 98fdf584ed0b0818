select count(*) from skill_usage where day < $since;
