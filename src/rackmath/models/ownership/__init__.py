"""Own, rent, lease, call an API, or mix."""
