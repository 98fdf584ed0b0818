-- A table of the community, from the copy of its file.
select * from read_parquet($path);
