"""Faults put into a copy of the product one at a time: the tests of trust.md §1 must see each."""
