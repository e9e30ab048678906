"""Clinical rules: the catalogue, dose and published measurement error."""
