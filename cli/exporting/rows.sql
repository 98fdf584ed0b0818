-- The relation that is called rows where this is run.

from rows
