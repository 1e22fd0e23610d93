"""Value lineage, read from real models."""

from etl.lineage import value_lineage
from etl.models import load_models
from expectations.contracts import contract_for


def test_lineage_of_a_real_model():
    found = value_lineage(load_models())["staging.responses"]
    assert found["source_line"] == [("source.responses", "_line")]
    assert found["assessment_date_latest"] == [("source.responses", "assessment_date")]
    assert found["response"] == [("codelists.codes", "code"), ("source.responses", "response")]
    # through two CTEs: the row's own patient, or else that of its episode
    assert found["patient_id"] == [
        ("source.responses", "patient_id"),
        ("staging.treatments", "patient_id"),
    ]
    assert found["hospital_id"] == [("staging.patients", "hospital_id")]


def test_lineage_goes_through_unions():
    found = value_lineage(load_models())["staging.drug_substances"]
    assert found["doses"] == [("staging.drugs", "doses")]
    assert ("staging.drugs", "start_date") in found["start_date"]
    assert ("staging.treatments", "start_date") in found["start_date"]
    assert found["substance"] == [("staging.drug_readings", "substance")]
    read = value_lineage(load_models())["staging.drug_readings"]
    assert {"codelists.drug_aliases", "codelists.substances"} <= {
        table for table, _ in read["substance"]
    }
    assert found["origin"] == []


def test_every_column_of_every_model_is_looked_up_in_real_columns():
    models = load_models()
    for name, columns in value_lineage(models).items():
        assert set(columns) == set(contract_for(name).to_schema().columns), name
        for column, sources in columns.items():
            for table, source in sources:
                assert table in models[name].reads, (name, column)
                if table in models:
                    assert source in contract_for(table).to_schema().columns, (name, column)
