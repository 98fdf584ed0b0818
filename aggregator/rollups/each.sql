-- The measures of each project, by month: a question about some days then reads few blocks of them,
-- and sorting by day would cost twice as much.

select * from measured order by date_trunc('month', window_start)
