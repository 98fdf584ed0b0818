select origin from session_origins where session_id = $session;
