-- In how many projects anything was used.

select count(distinct project_id) from periods($q)
