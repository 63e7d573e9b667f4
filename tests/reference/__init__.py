"""The reference twin: every process of docs/processes.md as a plain function over objects.

Slow, readable and written from the text alone. Tests compare each compiled kernel with its
oracle here, and a whole run with `tests.reference.model.ReferenceModel`.
"""
