"""The contracts of all tables, found by walking this package.

Belongs here: finding contracts. Does not belong here: any table; a new class in a module of this
package is picked up without another edit.
"""

import importlib
import pkgutil
from functools import cache

from expectations.contracts.base import (
    Contract,
    ContractBrokenError,
    ContractError,
    PhysicalColumn,
    comment_sql,
    create_table_sql,
    physical_columns,
    table_comment,
    validate_frame,
)

__all__ = [
    "Contract",
    "ContractBrokenError",
    "ContractError",
    "PhysicalColumn",
    "all_contracts",
    "comment_sql",
    "contract_for",
    "create_table_sql",
    "physical_columns",
    "table_comment",
    "validate_frame",
]


@cache
def all_contracts() -> dict[str, type[Contract]]:
    """Every contract by `layer.table`, in the order of modules and classes.

    Raises:
        ContractError: two classes promise the same table.
    """
    found: dict[str, type[Contract]] = {}
    for module in pkgutil.iter_modules(__path__):
        members = vars(importlib.import_module(f"{__name__}.{module.name}")).values()
        for member in members:
            if not _declares_a_table(member) or member is found.get(member.key()):
                continue
            if member.key() in found:
                raise ContractError(f"Two contracts promise {member.key()}; keep one.")
            found[member.key()] = member
    return found


def _declares_a_table(member: object) -> bool:
    return isinstance(member, type) and issubclass(member, Contract) and "table" in vars(member)


def contract_for(key: str) -> type[Contract]:
    """The contract of a table named `layer.table`.

    Raises:
        ContractError: no class promises that table.
    """
    if key not in all_contracts():
        raise ContractError(
            f"No contract promises {key}. Add a class for it in expectations/contracts."
        )
    return all_contracts()[key]
