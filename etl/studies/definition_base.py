"""What every part of a study definition shares: the base, and names that must be known.

Belongs here: the pydantic base and checks of single names against the code lists. Does not belong
here: keys of a study (the modules beside this one).
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from expectations.codelists import codes, substance_classes

StopReason = Literal[
    "progression", "toxicity", "completed", "patient_choice", "death", "other", "unknown"
]
Response = Literal["CR", "PR", "SD", "NON-CR/NON-PD"]
Setting = Literal["advanced", "adjuvant", "neoadjuvant"]


class Definition(BaseModel):
    """Base of every part: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def cannot(value: str, because: str) -> BeforeValidator:
    """Refuse a value that published studies use and the registry cannot give."""

    def check(written: Any) -> Any:
        if written == value:
            raise ValueError(f"'{value}' cannot be computed: {because}")
        return written

    return BeforeValidator(check)


def known_class(name: str) -> str:
    """A drug class of the code list."""
    if name not in codes("drug_class"):
        raise ValueError(
            f"'{name}' is not a drug class of the code list; expected one of "
            f"{', '.join(codes('drug_class'))}"
        )
    return name


def known_substance(name: str) -> str:
    """A substance of the code list, by its generic name."""
    if name not in substance_classes():
        raise ValueError(
            f"'{name}' is not a substance of the code list; expected a generic name of "
            "expectations/codelists/substances.csv"
        )
    return name


def known_regimen(label: str) -> str:
    """A regimen as the lines are labelled: known names in alphabetical order joined by '+'."""
    parts = [known_substance(part) for part in label.split("+")]
    if parts != sorted(set(parts)):
        raise ValueError(
            f"'{label}' is no label of a line; expected '{'+'.join(sorted(set(parts)))}', "
            "generic names in alphabetical order"
        )
    return label


def known_primary_type(name: str) -> str:
    """A type of the primary of the code list."""
    if name not in codes("primary_type"):
        raise ValueError(
            f"'{name}' is not a type of primary; expected one of {', '.join(codes('primary_type'))}"
        )
    return name


Regimen = Annotated[str, AfterValidator(known_regimen)]
DrugClass = Annotated[str, AfterValidator(known_class)]
Substance = Annotated[str, AfterValidator(known_substance)]
PrimaryType = Annotated[str, AfterValidator(known_primary_type)]
