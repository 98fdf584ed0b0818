-- The cells of every cut with parts in which some may not be shown; stays in the engine. `place`
-- numbers those that may, smallest first; the others have 0.
with counted as (
    select
        cells.cut,
        cells.span,
        cells.part,
        cells.kind,
        cells.skill,
        cells.measured,
        cells.shown,
        sum(1 - cells.shown) over (
            partition by cells.cut, cells.span, cells.kind, cells.skill, cells.measured
        ) as hidden,
        sum(cells.shown) over (
            partition by cells.cut, cells.span, cells.kind, cells.skill, cells.measured
            order by cells.uses, cells.part
            rows between unbounded preceding and current row
        ) as shown_so_far
    from cells
    where cells.cut in ('team', 'type', 'week')
)

select
    counted.cut,
    counted.span,
    counted.part,
    counted.kind,
    counted.skill,
    counted.measured,
    cast(case when counted.shown = 1 then counted.shown_so_far else 0 end as bigint) as place
from counted
where counted.hidden > 0;
