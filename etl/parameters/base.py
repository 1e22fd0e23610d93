"""What every group of parameters is: frozen, and closed to unknown names.

Belongs here: the base of the groups. Does not belong here: any parameter.
"""

from pydantic import BaseModel, ConfigDict


class ParameterGroup(BaseModel):
    """Base of the groups. Frozen: a snapshot's id is made from them."""

    model_config = ConfigDict(frozen=True, extra="forbid")
