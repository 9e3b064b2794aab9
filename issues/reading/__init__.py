"""From texts to outlines: pure functions, no models."""
