"""Lines of therapy: the reference reading that the SQL is proved against.

Belongs here: one patient's lines read slowly and plainly, from the definitions. Does not belong
here: anything the nightly run uses; it derives all patients at once in `etl/sql/derived`.
"""

from etl.lines.reading import Day, Given, Line, read_lines

__all__ = ["Day", "Given", "Line", "read_lines"]
