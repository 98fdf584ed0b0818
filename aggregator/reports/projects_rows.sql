select count(distinct project_id) from asked
