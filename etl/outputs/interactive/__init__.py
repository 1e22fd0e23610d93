"""The interactive layer of the report: Plotly figures beside the drawings, and their one script.

It adds to a drawing and never replaces it: a page shows the drawing without script and in print.
"""
