insert into baselines values ($name, $now, $zone, $since, $until, $projects);
