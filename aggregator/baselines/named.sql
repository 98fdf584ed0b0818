select 1 from baselines where name = $name;
