"""What must hold for every device on every link."""
