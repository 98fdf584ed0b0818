update projects set timezone = $zone where project_id = $id;
