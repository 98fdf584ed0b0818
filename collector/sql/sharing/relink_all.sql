insert into relinked select project_id from checkouts;
