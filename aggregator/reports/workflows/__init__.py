"""Workflows that an engine ran: how they ended, how long they took, and which skills they used."""
