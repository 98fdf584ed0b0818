-- An experiment, in place of the one of that name if there is any.

delete from experiments where name = $name;

insert into experiments by name
select
    $name as name,
    $salt as salt,
    $control as control,
    $treatment as treatment,
    $unit as unit,
    $share as share,
    $weeks as weeks,
    $begins_on as begins_on,
    cast($created_at as timestamptz) as created_at,
    cast($stopped_at as timestamptz) as stopped_at,
    $team_id as team_id;
