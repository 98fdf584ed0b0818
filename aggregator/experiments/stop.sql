update experiments set stopped_at = cast($now as timestamptz) where name = $name;
