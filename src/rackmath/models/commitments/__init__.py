"""What cloud discounts really save."""
