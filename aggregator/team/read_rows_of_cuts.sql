-- The rows of some cuts of the community, from the copy of their file; of all parts or of one.
select * from read_parquet($path)
where list_contains($cuts, cut) and ($part is null or part = $part);
