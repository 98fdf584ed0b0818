-- How many rows are changes, at most.

select
    (select count(*) from staged)
    - (select count(distinct staged_row) from matches where not replaces)
