"""When a run is due, and whether the ledger says that it was done."""
