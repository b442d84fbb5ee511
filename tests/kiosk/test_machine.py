"""What machine this is, and whether its folder outlives a reboot."""

from kiosk.machine import file_system, free_bytes, hardware_hash


def test_a_pi_is_known_by_its_serial_number_without_telling_it(tmp_path):
    serial = tmp_path / "serial-number"
    serial.write_bytes(b"10000000abcdef01\0")
    found = hardware_hash(tmp_path, serial)
    assert found.startswith("sha256:")
    assert "abcdef01" not in found
    (tmp_path / "other").mkdir()
    assert hardware_hash(tmp_path / "other", serial) == found


def test_a_machine_without_one_is_the_same_in_its_folder_and_another_in_another(tmp_path):
    folders = [tmp_path / name for name in ("a", "b")]
    for folder in folders:
        folder.mkdir()
    none = tmp_path / "none"
    assert hardware_hash(folders[0], none) == hardware_hash(folders[0], none)
    assert hardware_hash(folders[0], none) != hardware_hash(folders[1], none)


MOUNTS = """\
21 1 254:0 / / rw,relatime - ext4 /dev/vda rw
22 21 0:20 / {0}/ram rw - tmpfs tmpfs rw
23 21 0:21 / {0}/card\\040two rw shared:1 - overlay overlay rw
"""


def test_the_nearest_mount_decides(tmp_path):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS.format(tmp_path))
    assert file_system(tmp_path / "ram" / "data", mounts) == "tmpfs"
    assert file_system(tmp_path / "card two", mounts) == "overlay"
    assert file_system(tmp_path / "ramp", mounts) == "ext4"


def test_the_last_of_two_mounts_on_one_place_decides(tmp_path):
    mounts = tmp_path / "mountinfo"
    mounts.write_text("1 0 8:1 / / rw - ext4 /dev/a rw\n2 1 0:9 / / rw - overlay overlay rw\n")
    assert file_system(tmp_path, mounts) == "overlay"


def test_the_free_room_is_a_number_of_bytes(tmp_path):
    assert free_bytes(tmp_path) > 0
