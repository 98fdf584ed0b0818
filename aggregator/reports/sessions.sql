select count(distinct if(session_id is null, null, (project_id, session_id))) from asked
