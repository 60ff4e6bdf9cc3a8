"""The rules of arithmetic: each reads a passage and yields what it could check. Precision comes first."""
