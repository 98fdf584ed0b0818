-- Names that look alike: equal but for case or Unicode normalisation.

select list_sort(list(distinct skill_name))
from skill_usage
where project_id = $id
group by kind, lower(nfc_normalize(skill_name))
having count(distinct skill_name) > 1
order by 1
