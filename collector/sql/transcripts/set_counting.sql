update projects set transcripts = $setting where project_id = $id;
