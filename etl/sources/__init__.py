"""One folder a registry, each with its declarative mapping.yaml, and the reader of mappings."""
