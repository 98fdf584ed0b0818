"""What every question is answered with: one frozen type per row, filters and totals.

The JSON Schemas, the columns of exports, the rules of what may be published and the reference are
made from these types. A field is one line, with its sentence below it or in its type's alias.
"""
