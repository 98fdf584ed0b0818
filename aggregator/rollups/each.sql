-- The measures of each project.

select * from measured
