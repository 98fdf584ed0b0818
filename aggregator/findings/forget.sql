-- The stored verdicts and what they were found from.

delete from stored_verdicts;

delete from verdict_basis;
