"""What power, cooling and overhead cost, and whose they are."""
