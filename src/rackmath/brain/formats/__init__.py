"""What other programs read and write: references, annotations, and tables of figures."""
