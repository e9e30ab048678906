"""What analysis must give, checked against closed forms and recorded efforts."""
