-- Whether any program made a table or a view in the database in use.

select
    exists(from duckdb_tables() where database_name = current_database())
    or exists(from duckdb_views() where database_name = current_database() and not internal);
