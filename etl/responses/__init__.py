"""Best overall response: the reference reading that the SQL is proved against."""
