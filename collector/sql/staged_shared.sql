select 1 from staged where shared_with is not null limit 1;
