update projects set is_active = false where project_id = $id;
