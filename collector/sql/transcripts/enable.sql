insert into transcript_roots values ($source, $path, cast($now as timestamptz), null, null);
