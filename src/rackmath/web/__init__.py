"""Server-drawn pages and charts: what a person sees, without a line of script."""
