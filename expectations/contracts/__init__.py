"""The contract of every table: columns, types, units, keys, descriptions."""
