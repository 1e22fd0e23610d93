"""Lines of therapy: the reference reading that the SQL is proved against."""
