"""How files are looked at and read, without leaving a trace in their folders."""
