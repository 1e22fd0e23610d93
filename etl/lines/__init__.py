"""Lines of therapy: the reference reading that the SQL is proved against.

Belongs here: one patient's lines read slowly and plainly, from the definitions. Does not belong
here: anything the nightly run uses; it derives all patients at once in `etl/sql/derived`.
"""

from etl.lines.course import Day, Given, Line, episode_stop
from etl.lines.reading import Local, read_lines

__all__ = ["Day", "Given", "Line", "Local", "episode_stop", "read_lines"]
