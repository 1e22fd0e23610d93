"""What an error may say: sentences pass, values do not."""

import duckdb
import pytest

from assets.guard import StepFailedError, say, spoken
from etl.errors import GateHeldError, InputUnreadableError, RechallengeError
from expectations.errors import CatalogueError


def fail(error: BaseException) -> None:
    raise error


def caught(error: BaseException) -> BaseException:
    with pytest.raises(RechallengeError) as found:
        spoken("Building staging.patients", lambda: fail(error))
    return found.value


def test_sentences_keep_their_class_and_words() -> None:
    said = caught(InputUnreadableError("patients.csv, line 3: no header"))
    assert isinstance(said, InputUnreadableError)
    assert (str(said), said.exit_code) == ("patients.csv, line 3: no header", 3)
    assert isinstance(caught(GateHeldError("held")), GateHeldError)


def test_an_expectation_error_keeps_its_exit_code() -> None:
    said = caught(CatalogueError("rule AE-T19: no such subject"))
    assert (str(said), getattr(said, "exit_code", None)) == ("rule AE-T19: no such subject", 2)


def test_a_conversion_error_is_told_without_the_value_it_quotes() -> None:
    with duckdb.connect() as con, pytest.raises(StepFailedError) as found:
        spoken("Building staging.patients", lambda: con.execute("select cast('P-4711' as int)"))
    text = str(found.value) + str(found.value.__context__) + str(found.value.__cause__)
    assert "4711" not in text
    assert "Building staging.patients failed with ConversionException" in text


def test_an_error_about_our_own_sql_is_told_in_full() -> None:
    with (
        duckdb.connect() as con,
        pytest.raises(StepFailedError, match="nowhere does not exist"),
    ):
        spoken("It", lambda: con.execute("select * from nowhere"))


def test_the_original_does_not_travel_along() -> None:
    said = caught(KeyError("P-4711"))
    assert said.__cause__ is None
    assert said.__context__ is None


def test_an_interruption_passes() -> None:
    assert isinstance(say("It", KeyboardInterrupt()), KeyboardInterrupt)


def test_the_place_in_our_own_code_is_named() -> None:
    from etl.publish.shelf import Shelf

    with pytest.raises(StepFailedError, match=r"with TypeError at etl\.publish\.shelf, line \d+"):
        spoken("It", lambda: Shelf(None).head())  # type: ignore[arg-type]
