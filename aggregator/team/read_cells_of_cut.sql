-- The cells of one cut of the community, from the copy of its file; of all its parts or of one.
select * from read_parquet($path)
where cut = $cut and ($part is null or part = $part);
