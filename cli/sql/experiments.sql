select name from experiments order by created_at desc, name;
