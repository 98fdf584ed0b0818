select count(*) from skill_usage where project_id = $id and not counted;
