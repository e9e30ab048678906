"""Every fault that links, devices and clocks are known to have, and how it is played here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Played(StrEnum):
    """Where a fault meets the program."""

    PLAN = "by a fault plan, on every device that it can befall"
    STACK = "by a Bluetooth stack that misbehaves, on every device that has one"
    PORT = "by the operating system's end of a real serial port"
    TEST = "by a test of its own"
    NOT_HERE = "not in this program"


@dataclass(frozen=True, slots=True)
class Row:
    """`tests` are ``file::function``; a fault that is not in this program says why instead.
    `unnoticed`: what the program keeps as it was measured, and does not say.
    """

    id: str
    what: str
    played: Played
    tests: tuple[str, ...] = ()
    why: str = ""
    unnoticed: str = ""


MATRIX = "faults/test_matrix.py::test_a_fault_costs_what_it_hid_and_nothing_else"
UNITS = "faults/test_units.py::test_a_treatment_is_recorded_as_it_was"
ASKED = "faults/test_units.py::test_a_stimulator_answers_after_the_fault"
STACK = "faults/test_bluetooth_stack.py::test_a_trial_outlives_what_the_system_does"
STORM = "faults/test_storm.py::test_five_hundred_disconnects_of_two_devices_lose_nothing"
_PORTS = "faults/test_ports.py::test_"
_OWN = "faults/test_device_faults.py::test_"
_BLE = "drivers/test_ble.py::test_"
_SERIAL = "drivers/test_serial.py::test_"
_HID = "drivers/test_hid.py::test_"
_CONTRACT = "contract/test_force_devices.py::test_"
_SWAP = _OWN + "another_unit_never_slips_in_and_the_right_one_goes_on"
_UNPLUG = _PORTS + "pulled_out_at_any_byte_one_loss_is_told_and_nothing_before_it_goes"
_RAISES = _PORTS + "whatever_a_lost_port_raises_is_one_loss_and_the_trial_goes_on"
_REFUSED = _OWN + "a_zero_of_a_loaded_or_drifting_cell_is_refused_and_the_old_one_kept"
_SENSOR = "data/analysis/test_sensor.py::test_"
_REPORTED = "devices/test_treatment_log.py::test_"

PLAN, TEST = Played.PLAN, Played.TEST

ROWS: tuple[Row, ...] = (
    Row("B01", "the link drops in the middle of an effort", PLAN, (MATRIX, UNITS, STORM)),
    Row("B02", "the link is dead and nobody is told", PLAN, (MATRIX, UNITS, STACK)),
    Row("B03", "connecting, subscribing or disconnecting hangs", Played.STACK, (STACK,)),
    Row("B04", "connected, but the services are not reached", Played.STACK, (STACK,)),
    Row("B05", "the system remembers the services of an older firmware", Played.STACK, (STACK,)),
    Row("B06", "notifications before anybody asked for them", PLAN, (MATRIX, UNITS)),
    Row("B07", "many notifications at once after a wait", PLAN, (MATRIX, UNITS)),
    Row("B08", "0.1 to 40 % of the notifications are lost", PLAN, (MATRIX, UNITS, ASKED)),
    Row("B09", "notifications come twice", PLAN, (MATRIX, UNITS)),
    Row("B10", "notifications overtake each other", PLAN, (MATRIX, UNITS)),
    Row("B11", "notifications are cut, empty or too long", PLAN, (MATRIX, UNITS)),
    Row("B12", "notifications hold less than a device would send", PLAN, (MATRIX,)),
    Row(
        "B13", "the adapter is busy", Played.STACK, (STACK, _BLE + "a_busy_adapter_is_tried_again")
    ),
    Row(
        "B14",
        "Bluetooth is off, absent or not allowed",
        Played.STACK,
        (STACK, _BLE + "bluetooth_that_is_off_says_where_to_switch_it_on"),
    ),
    Row("B15", "the computer sleeps and wakes", PLAN, (MATRIX, UNITS)),
    Row("B16", "a connection that exists only for the system", Played.STACK, (STACK,)),
    Row(
        "B17",
        "two devices of one name",
        TEST,
        (
            _BLE + "two_devices_with_the_same_beginning_are_never_guessed",
            "drivers/test_broadcast.py::test_two_of_a_name_are_never_guessed",
        ),
    ),
    Row("B18", "another unit answers after a loss", TEST, (_SWAP,)),
    Row(
        "B19",
        "another program holds the device",
        TEST,
        (_BLE + "a_device_that_is_not_heard_is_not_found",),
    ),
    Row("B20", "a hostile name", TEST, ("drivers/test_scan.py::test_hostile_names_are_cleaned",)),
    Row(
        "S01",
        "unplugged while reading",
        PLAN,
        (
            MATRIX,
            UNITS,
            ASKED,
            _UNPLUG,
            _RAISES,
            _HID + "an_unplug_while_reading_is_one_loss_after_all_that_came",
        ),
    ),
    Row(
        "S02",
        "unplugged while writing",
        Played.PORT,
        (
            _SERIAL + "a_write_after_the_unplug_fails_and_is_the_same_single_loss",
            _HID + "a_write_that_fails_is_the_same_single_loss",
        ),
    ),
    Row(
        "S03",
        "plugged in again under another name",
        Played.PORT,
        (
            _PORTS + "a_board_plugged_in_again_elsewhere_goes_on_in_the_same_trial",
            _HID + "a_lost_device_is_found_by_its_number_in_another_socket",
        ),
    ),
    Row(
        "S04",
        "equal boards without a serial number",
        TEST,
        (
            _SERIAL + "equal_boards_without_serial_numbers_are_never_guessed",
            _HID + "devices_that_share_a_number_are_named_by_their_paths",
        ),
    ),
    Row("S05", "messages in pieces and joined", PLAN, (MATRIX, UNITS, ASKED)),
    Row("S06", "junk between messages", PLAN, (MATRIX, UNITS, ASKED)),
    Row("S07", "damage that looks like a message", PLAN, (MATRIX, UNITS, ASKED)),
    Row(
        "S08",
        "the board resets when its port is opened",
        TEST,
        (_OWN + "nothing_is_said_to_a_board_before_it_is_up",),
    ),
    Row("S09", "the device restarts in a trial", PLAN, (MATRIX,)),
    Row(
        "S10",
        "the port is busy or not allowed",
        Played.PORT,
        (
            _PORTS + "a_port_that_is_refused_for_a_while_is_tried_again",
            _SERIAL + "each_refusal_has_its_own_advice",
            _HID + "each_refusal_has_its_own_advice",
        ),
    ),
    Row(
        "S11",
        "the device takes no more bytes",
        Played.PORT,
        (
            _PORTS + "a_device_that_takes_no_more_bytes_goes_on_sending",
            _SERIAL + "writing_to_a_device_that_stopped_reading_ends_with_a_timeout",
            _HID + "a_write_has_a_deadline",
        ),
    ),
    Row("S12", "an adapter that holds bytes back", PLAN, (MATRIX, UNITS, ASKED)),
    Row(
        "S13",
        "counting the bytes fails; closing meets a read",
        Played.PORT,
        (
            _RAISES,
            _SERIAL + "closing_while_bytes_pour_in_is_quiet_and_ends_the_thread",
            _HID + "closing_while_reports_pour_in_is_quiet_and_ends_the_thread",
        ),
    ),
    Row(
        "S14",
        "ten times the data",
        TEST,
        ("soak/test_flood.py::test_ten_times_the_samples_are_all_on_disk_and_nothing_piles_up",),
    ),
    Row(
        "S15",
        "a second program opens the port",
        Played.PORT,
        (_SERIAL + "a_second_opener_is_refused_with_what_to_do",),
    ),
    Row("D01", "the converter is at its rail", PLAN, (MATRIX,)),
    Row(
        "D02",
        "spikes of one reading",
        PLAN,
        (MATRIX, _SENSOR + "a_single_reading_that_stands_apart_is_told_and_stays"),
        unnoticed="that a reading stands apart, where fewer than 60 come in a second",
    ),
    Row("D03", "readings that are no numbers", PLAN, (MATRIX,)),
    Row("D04", "drift", PLAN, (MATRIX, _REFUSED)),
    Row(
        "D05",
        "a zero under load",
        TEST,
        (_REFUSED, _CONTRACT + "the_zero_is_refused_under_load_and_taken_without"),
    ),
    Row(
        "D06",
        "the device's own tare never answers",
        Played.NOT_HERE,
        why="no device is asked for its own tare: the zero is the host's",
    ),
    Row(
        "D07",
        "the zero moves in a trial",
        PLAN,
        (MATRIX, _SENSOR + "a_zero_that_moved_in_a_trial_is_told"),
        unnoticed="less than 20 N of it, and any of it without rest before and after the efforts",
    ),
    Row(
        "D08",
        "one cell is stuck",
        PLAN,
        (
            MATRIX,
            _SENSOR + "a_cell_that_stays_while_the_other_moves_gives_no_numbers_and_no_asymmetry",
        ),
        unnoticed="that an only cell shows the same all the time, where its device does not say so",
    ),
    Row("D09", "two devices are swapped", TEST, (_SWAP,)),
    Row(
        "D10",
        "the battery dies",
        TEST,
        (_OWN + "a_battery_that_dies_is_announced_and_the_trial_until_then_is_kept",),
    ),
    Row(
        "D11",
        "the device switches itself off",
        TEST,
        (_OWN + "a_unit_that_fell_asleep_says_what_wakes_it_and_goes_on",),
    ),
    Row("D12", "the device's clock is 500 ppm off", PLAN, (MATRIX, UNITS)),
    Row("D13", "a clock or a counter wraps", PLAN, (MATRIX,)),
    Row("D14", "the device's clock jumps", PLAN, (MATRIX,)),
    Row("D15", "another rate than declared", PLAN, (MATRIX,)),
    Row(
        "D16",
        "a calibration that cannot be",
        TEST,
        ("protocols/test_onb.py::test_a_damaged_calibration_record_calibrates_nothing",),
    ),
    Row(
        "D17",
        "another unit of force",
        TEST,
        (
            _CONTRACT + "a_constant_load_comes_back_within_the_resolution",
            "devices/test_loadstar.py::test_what_measures_no_force_is_refused",
        ),
    ),
    Row(
        "D18",
        "a firmware that is not known",
        TEST,
        (
            "protocols/test_onb.py::test_a_hello_of_another_major_version_is_a_rejection",
            "devices/test_godirect.py::test_another_device_of_the_family_is_refused",
        ),
    ),
    Row("D19", "samples of an earlier run come first", PLAN, (MATRIX,)),
    Row(
        "D20",
        "a request disturbs the stream",
        TEST,
        (_CONTRACT + "only_questions_and_the_stream_leave",),
    ),
    Row(
        "D21",
        "a therapy unit reports what cannot be",
        TEST,
        (_REPORTED + "a_dose_that_rises_while_the_unit_says_it_is_idle_is_told",),
    ),
    Row(
        "D22",
        "a therapy unit stops early",
        TEST,
        ("devices/test_electrotherapy.py::test_a_treatment_fills_by_itself",),
    ),
    Row(
        "T01",
        "the wall clock jumps",
        TEST,
        (_OWN + "durations_do_not_come_from_the_wall_clock",),
    ),
    Row(
        "T02",
        "summer time begins or ends",
        TEST,
        ("data/test_people.py::test_times_come_back_in_utc",),
    ),
    Row(
        "T03",
        "the clock is before the last record",
        Played.NOT_HERE,
        why="lists and the last visit follow the computer's clock, and nobody is warned",
    ),
    Row(
        "T04",
        "another clock than the server's",
        Played.NOT_HERE,
        why="there is no server",
    ),
    Row("T05", "the computer's clock stands still while it sleeps", PLAN, (MATRIX, UNITS)),
)
