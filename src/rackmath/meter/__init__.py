"""Bills and telemetry: what was used, what it was priced at, and how much of what was paid for did useful work."""
