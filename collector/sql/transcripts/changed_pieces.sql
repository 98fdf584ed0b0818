create or replace temp table changed_pieces (kind varchar, id varchar);
