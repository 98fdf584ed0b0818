select 1 from staged_files where base is not null limit 1;
