"""Tables, figures, report and disclosure control."""
