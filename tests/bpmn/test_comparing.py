"""What differs between two versions of a process, in both forms."""

from pathlib import Path

from andante.bpmn.comparing import Change, compare

EXAMPLES = Path(__file__).parents[2] / "examples"
LEAVE = (EXAMPLES / "leave-approval.bpmn").read_bytes()
TRIP = (EXAMPLES / "travel-request.json").read_bytes()


def test_of_xml_elements_and_what_is_written_in_them() -> None:
    assert compare(LEAVE, LEAVE) == []
    (found,) = compare(LEAVE, LEAVE.replace(b'name="Approve leave"', b'name="Approve it"'))
    assert (found.id, found.element, found.kind) == ("ApproveLeave", "userTask", "changed")
    assert found.changes == [Change("name", "Approve leave", "Approve it")]
    kinds = {each.id: each.kind for each in compare(LEAVE, LEAVE.replace(b"EnterAbsence", b"EnterIt"))}
    assert kinds["EnterIt"] == "added"
    assert kinds["EnterAbsence"] == "removed"


def test_of_the_json_form_by_names() -> None:
    assert compare(TRIP, TRIP) == []
    found = {each.id: each for each in compare(TRIP, TRIP.replace(b'"value": 1000', b'"value": 2000'))}
    assert list(found) == ["limit"]
    assert found["limit"].changes == [Change("value", "1000", "2000")]
