"""Register an export, decode it, load it all-VARCHAR with file and line, reject, reconcile."""
