"""Reading delimited text: every physical line is loaded, rejected, blank or header."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import InputUnreadableError
from etl.ingest.read_csv import _split_plain, _split_strictly, decode, read_csv
from etl.ingest.records import Records
from etl.sources import SourceFile

COMMA = SourceFile(name="t.csv")
PATH = Path("delivery/t.csv")


def read(text: str | bytes, file: SourceFile = COMMA) -> Records:
    return read_csv(PATH, text.encode() if isinstance(text, str) else text, file)


def loaded(records: Records) -> list[tuple[int, ...]]:
    columns = [records.table.column(n).to_pylist() for n in range(len(records.header))]
    return list(zip(records.row_lines.to_pylist(), *columns, strict=True))


def rejected(records: Records) -> list[tuple[int, str, str]]:
    return [(reject.line, reject.reason, reject.text) for reject in records.rejects]


def refusal(text: str | bytes, file: SourceFile = COMMA) -> str:
    with pytest.raises(InputUnreadableError) as caught:
        read(text, file)
    return str(caught.value)


def test_a_plain_file_is_read_with_its_lines():
    records = read("a,b\n1,2\n3,\n")
    assert records.header == ("a", "b")
    assert loaded(records) == [(2, "1", "2"), (3, "3", "")]
    assert records.lines == 1 + 1


def test_windows_line_ends_and_a_byte_order_mark_are_not_content():
    records = read(b"\xef\xbb\xbfa,b\r\n1,2\r\n")
    assert records.header == ("a", "b")
    assert loaded(records) == [(2, "1", "2")]


def test_a_quoted_field_may_hold_delimiters_quotes_and_line_breaks_and_lines_stay_right():
    records = read('a,b\n1,"x,y"\n2,"say ""no"""\n3,"one\ntwo\r\nthree"\n4,z\n')
    assert loaded(records) == [
        (2, "1", "x,y"),
        (3, "2", 'say "no"'),
        (4, "3", "one\ntwo\r\nthree"),
        (7, "4", "z"),
    ]
    assert records.lines == 4


def test_a_header_without_rows_is_valid():
    for text in ("a,b\n", "a,b"):
        records = read(text)
        assert (records.header, loaded(records), records.lines) == (("a", "b"), [], 0)


def test_a_file_without_a_byte_or_with_white_space_alone_is_refused():
    for data in (b"", b"\n \r\n"):
        sentence = refusal(data)
        assert "delivery/t.csv: the file is empty" in sentence
        assert "Ask for the file again" in sentence


def test_a_ragged_line_is_rejected_with_its_number_and_the_others_stay():
    records = read("a,b\n1,2\n3\n4,5,6\n7,8\n")
    assert loaded(records) == [(2, "1", "2"), (5, "7", "8")]
    assert rejected(records) == [
        (3, "has 1 fields where the header has 2", "3\n"),
        (4, "has 3 fields where the header has 2", "4,5,6\n"),
    ]
    assert records.lines == 2 + 2


def test_blank_lines_are_no_records_and_are_counted_aloud():
    records = read("a,b\n1,2\n\n3,4\n\n\n")
    assert loaded(records) == [(2, "1", "2"), (4, "3", "4")]
    assert records.lines == 2
    assert records.warnings == ["t.csv: 3 blank lines, skipped."]


def test_a_line_with_a_nul_byte_is_rejected():
    records = read(b"a,b\n1,2\n3,\x004\n5,6\n")
    assert loaded(records) == [(2, "1", "2"), (4, "5", "6")]
    assert rejected(records) == [
        (3, "holds a NUL byte; the file was damaged on its way", "3,\x004\n")
    ]
    assert records.lines == 2 + 1


def test_a_line_that_is_quoted_twice_is_rejected():
    records = read('a,b\n"1,""x"""\n""2"",y\n3,z\n')
    assert loaded(records) == [(4, "3", "z")]
    assert [(line, reason.split(" (")[0]) for line, reason, _ in rejected(records)] == [
        (2, "the whole line stands in quotation marks"),
        (3, "quotation marks do not match"),
    ]
    assert records.lines == 3


def test_a_file_that_is_quoted_twice_as_a_whole_is_refused_at_its_header():
    assert "delivery/t.csv, line 1: the header is one single column" in refusal('"a,b"\n"1,2"\n')
    assert "doubly quoted" in refusal('"a,b"\n"1,2"\n')


def test_another_delimiter_than_declared_is_refused_at_the_header():
    assert "Expected columns separated by ','" in refusal("a;b\n1;2\n")


def test_a_stray_quotation_mark_costs_its_own_line_only():
    records = read('a,b\n1,"x\n2,"y"\n3,z\n')
    assert loaded(records) == [(3, "2", "y"), (4, "3", "z")]
    assert rejected(records)[0][0] == 2
    assert rejected(records)[0][2] == '1,"x\n'
    assert records.lines == 3


def test_a_quotation_mark_that_is_never_closed_costs_its_own_line_only():
    records = read('a,b\n1,"x\n2,y\n3,z\n')
    assert loaded(records) == [(3, "2", "y"), (4, "3", "z")]
    assert rejected(records) == [
        (2, "a quotation mark opens a field that is never closed", '1,"x\n')
    ]


def test_a_file_cut_off_inside_a_quoted_field_is_refused():
    sentence = refusal('a,b\n1,2\n3,"cut in the mid')
    assert "line 3: the file ends inside a quoted field that opens on line 3" in sentence
    assert "the file is cut off" in sentence


def test_a_carriage_return_alone_ends_no_line():
    assert "carriage return alone" in refusal("a,b\r1,2\r3,4\r")
    records = read("a,b\n1,x\ry\n2,z\n")
    assert loaded(records) == [(3, "2", "z")]
    assert rejected(records)[0][0] == 2


def test_other_header_rows_are_skipped_and_lines_count_from_the_top():
    tab = SourceFile(name="t.txt", delimiter="tab", quote="none", header_row=2, first_data_row=4)
    records = read('x\tx\na\tb\nid:\tid:\n1\t"2\n', tab)
    assert records.header == ("a", "b")
    assert loaded(records) == [(4, "1", '"2')]


def test_a_file_shorter_than_its_header_rows_is_refused():
    tab = SourceFile(name="t.txt", delimiter="tab", header_row=2, first_data_row=4)
    assert "the file has 2 lines and its header should take up 3" in refusal("x\tx\na\tb\n", tab)


def test_a_wrong_encoding_names_line_and_byte():
    sentence = refusal(b"a,b\n1,2\n3,caf" + b"\xe9\n")
    assert "delivery/t.csv, line 3, byte 6 of the line: byte 0xe9 is not utf-8" in sentence
    assert "correct `encoding` in the mapping" in sentence


def test_windows_1252_is_decoded_where_it_is_declared():
    dutch = SourceFile(name="t.csv", encoding="cp1252", delimiter=";")
    assert loaded(read("a;b\n1;één €\n".encode("cp1252"), dutch)) == [(2, "1", "één €")]
    assert "byte 0x81 is not cp1252" in refusal(b"a;b\n1;\x81\n", dutch)


def test_utf8_is_not_taken_for_windows_1252():
    dutch = SourceFile(name="t.csv", encoding="cp1252", delimiter=";")
    sentence = refusal("a;b\n1;2\n3;één\n".encode(), dutch)
    assert "line 3: the file is declared cp1252, and all of it is valid UTF-8" in sentence


def test_ascii_is_the_same_in_both():
    assert decode(PATH, b"plain", "cp1252") == decode(PATH, b"plain", "utf-8") == "plain"


cells = st.text(st.sampled_from("ab,;\"\n\r 'é0"), max_size=4)


@given(st.lists(st.lists(cells, min_size=2, max_size=2), max_size=6))
def test_what_a_csv_writer_writes_is_read_back(table: list[list[str]]):
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([["a", "b"], *table])
    assert [list(row[1:]) for row in loaded(read(out.getvalue()))] == table


lines = st.text(st.sampled_from('abc,é\0\r"'), max_size=8)


@settings(max_examples=300)
@given(st.lists(lines, max_size=6), st.booleans())
def test_the_quick_way_reads_what_the_strict_way_reads(body: list[str], ended: bool):
    text = "\n".join(["a,b", *body]) + ("\n" if ended else "")
    quick = _split_plain(text, COMMA, ("a", "b"))
    if quick is not None:
        strict = _split_strictly(PATH, text, COMMA, ("a", "b"))
        assert loaded(quick) == loaded(strict)
        assert (quick.lines, quick.rejects) == (strict.lines, strict.rejects)


@settings(max_examples=300)
@given(st.lists(lines, max_size=6))
def test_no_line_is_ever_lost(body: list[str]):
    records = read("\n".join(["a,b", *body]) + "\n")
    assert records.lines == records.table.num_rows + len(records.rejects)


def test_the_quick_way_is_taken_for_a_plain_file():
    assert _split_plain("a,b\n1,2\n", COMMA, ("a", "b")) is not None
    assert _split_plain('a,b\n1,"2"\n', COMMA, ("a", "b")) is None
