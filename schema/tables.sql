select table_name
from duckdb_tables()
where database_name = $database and schema_name = 'main'
order by table_name
