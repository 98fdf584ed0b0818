delete from chunks;
