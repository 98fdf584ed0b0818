select count(*) from projects where is_active;
