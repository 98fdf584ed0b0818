select cells.* from cells;
