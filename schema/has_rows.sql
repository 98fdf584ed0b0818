select 1 from query_table($table) limit 1;
