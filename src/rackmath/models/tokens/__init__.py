"""What a token costs, hosted or by API."""
