"""The tests; each folder says in its modules what it holds the project to."""
