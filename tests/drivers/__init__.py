"""Links: through the real pyserial, the real bleak, and files."""
