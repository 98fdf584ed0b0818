select database_name from duckdb_databases() where not internal and database_name <> 'memory';
