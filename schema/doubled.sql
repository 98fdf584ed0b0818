select count(distinct stored_row), count(distinct project_id) from doubled;
