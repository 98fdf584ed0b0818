-- What the footer of a Parquet file promises: its rows, and its bytes once unpacked.
select
    (select max(files.num_rows) from parquet_file_metadata($path) as files) as rows_promised,
    coalesce(sum(chunks.total_uncompressed_size), 0) as unpacked
from parquet_metadata($path) as chunks;
