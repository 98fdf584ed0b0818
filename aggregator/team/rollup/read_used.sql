select used.* from used;
