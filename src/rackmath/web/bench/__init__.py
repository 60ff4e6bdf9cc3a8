"""The workbench: models and scenarios on pages and by HTTP, made from the declarations alone."""
