-- What the footers of Parquet files promise: rows, bytes once unpacked, and the columns' types.
with chunks as (
    select
        chunks.file_name,
        sum(chunks.total_uncompressed_size) as unpacked
    from parquet_metadata($paths) as chunks
    group by chunks.file_name
),

columns as (
    select
        columns.file_name,
        list([columns.name, columns.duckdb_type]) as columns
    from parquet_schema($paths) as columns
    where columns.column_id > 0
    group by columns.file_name
)

select
    files.file_name,
    files.num_rows,
    coalesce(chunks.unpacked, 0) as unpacked,
    columns.columns
from parquet_file_metadata($paths) as files
inner join columns on columns.file_name = files.file_name
left join chunks on chunks.file_name = files.file_name;
