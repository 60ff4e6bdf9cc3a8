"""Models, one a file, grouped by what they are about."""
