select distinct repository from projects where repository is not null order by 1;
