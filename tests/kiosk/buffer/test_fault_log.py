"""Faults are counted by code and boot, and the log stays small."""

from kiosk.buffer.fault_log import MOST_DETAIL, MOST_FAULTS, Fault, Moment


def test_a_fault_is_counted_with_its_first_and_last_moment(buffer):
    buffer.note_fault("stuck", 1, Moment(5, 50), Moment(6, 60), detail="first")
    buffer.note_fault("stuck", 1, Moment(7, 70), Moment(8, 80), times=3, detail="then")
    buffer.note_fault("stuck", 2, Moment(1, 90), Moment(1, 90))
    assert buffer.faults() == [
        Fault("stuck", "", 1, 2, Moment(1, 90), Moment(1, 90)),
        Fault("stuck", "then", 4, 1, Moment(5, 50), Moment(8, 80)),
    ]


def test_the_log_keeps_the_newest_thousand_with_short_details(buffer):
    for number in range(MOST_FAULTS + 5):
        buffer.note_fault(f"fault-{number}", 1, Moment(1, 1), Moment(1, 1), detail="x" * 9_999)
    found = buffer.faults()
    assert len(found) == MOST_FAULTS
    assert (found[0].code, found[-1].code) == ("fault-1004", "fault-5")
    assert len(found[0].detail) == MOST_DETAIL
    assert sum(len(fault.code) + len(fault.detail) for fault in found) < 2**20
