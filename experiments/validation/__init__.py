"""Validation: published results that set no parameter, replayed and scored as they come out."""
