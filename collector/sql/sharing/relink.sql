insert into relinked values ($id);
