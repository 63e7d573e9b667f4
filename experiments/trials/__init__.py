"""Field experiments replayed in the model, and how large a pilot must be."""
