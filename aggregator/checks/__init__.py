"""What must hold of a warehouse: a statement each, which finds what does not.

Every statement returns the same columns: how many findings there are, and of some of them what they
are about, what is stored, and what it should be.
"""
