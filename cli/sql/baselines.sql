select name from baselines order by created_at desc, name;
