"""The installer is tried as a technician would: dry, then for good into a card's folder, then again, then away with it."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
QUESTIONS = ("dpkg-query", "systemctl is-enabled", "systemctl is-active", "true", "/opt/salve/venv/bin/python -P")

# Stands in for the card's own commands: notes what is asked of it, and does to the card's files what they would do.
CHROOT = r"""#!/bin/sh
root="$1"; shift
printf '%s\n' "$*" >>"$NOTES"
[ "$1" = env ] && shift 2
state="$root/var/lib/dpkg/state"
case "$1 $2" in
  "dpkg-query "*) for last; do :; done; [ -e "$state/$last" ] && echo "ii " ;;
  "apt-get install") shift 4; mkdir -p "$state"; for one; do touch "$state/$one"; done ;;
  "groupadd "*) echo "$3:x:990:" >>"$root/etc/group" ;;
  "useradd "*) for last; do :; done; echo "$last:x:990:990::/:/" >>"$root/etc/passwd" ;;
  "userdel "*) sed -i "/^$2:/d" "$root/etc/passwd" ;;
  "python3 -m") mkdir -p "$root/opt/salve/venv/bin"; touch "$root/opt/salve/venv/bin/python" ;;
  "systemctl is-enabled") [ -e "$root/etc/systemd/enabled/$3" ] ;;
  "systemctl --quiet")
    mkdir -p "$root/etc/systemd/enabled"
    if [ "$3" = enable ]; then touch "$root/etc/systemd/enabled/$4"; else rm -f "$root/etc/systemd/enabled/$4"; fi ;;
  "true ") [ ! -e "$root/of-another-processor" ] ;;
  "/opt/salve/venv/bin/python -P") [ ! -e "$root/another-python" ] ;;
  "/opt/salve/venv/bin/python /opt"*) [ ! -e "$root/stub-of-lgpio" ] || { echo "an empty stub" >&2; exit 1; } ;;
esac
"""
CONFIG = "# Some settings of the shop's own\narm_64bit=1\n\n[all]\ndtoverlay=disable-bt\n"


class Card:
    """A mounted card with Pi OS on it, as far as the installer looks."""

    def __init__(self, folder):
        self.root = folder / "card"
        self.notes = folder / "notes"
        files = {
            "proc/device-tree/model": "Raspberry Pi Zero 2 W Rev 1.0\0",
            "lib/ld-linux-aarch64.so.1": "",
            "etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_CODENAME=bookworm\n',
            "etc/passwd": "root:x:0:0::/root:/bin/bash\n",
            "etc/group": "root:x:0:\ngpio:x:993:\ninput:x:102:\n",
            "boot/firmware/config.txt": CONFIG,
            "etc/systemd/enabled/dphys-swapfile.service": "",
        }
        for name, text in files.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(text)
        stand_in = folder / "bin" / "chroot"
        stand_in.parent.mkdir()
        for name, text in (("chroot", CHROOT), ("sync", '#!/bin/sh\necho "sync $*" >>"$NOTES"\n')):
            (stand_in.parent / name).write_text(text)
            (stand_in.parent / name).chmod(0o755)
        self.environment = {
            "PATH": f"{stand_in.parent}:/usr/bin:/bin",
            "NOTES": str(self.notes),
            "SALVE_ROOT": str(self.root),
        }

    def setup(self, *options, expect=0):
        self.notes.write_text("")
        command = [str(ROOT / "setup.sh"), "kiosk", *options]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )
        assert done.returncode == expect, done.stderr
        assert done.stdout == ""
        return done.stderr

    def done(self):
        """The commands that were run on the card, without those that only ask."""
        return [note for note in self.notes.read_text().splitlines() if not note.startswith(QUESTIONS)]

    def tree(self):
        """Every file, folder and link with its mode, its time and its content."""
        found = {}
        for path in sorted(self.root.rglob("*")):
            content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
            found[str(path.relative_to(self.root))] = (path.lstat().st_mode, path.lstat().st_mtime_ns, content)
        return found

    def config(self):
        return (self.root / "boot/firmware/config.txt").read_text()


@pytest.fixture
def card(tmp_path):
    return Card(tmp_path)


def test_a_dry_run_prints_every_step_and_changes_nothing(card):
    before = card.tree()
    said = card.setup("--dry-run", "--server", "https://salve.example.com", "--code", "K7QM-2WXR-9FTB")
    assert card.tree() == before
    assert card.done() == []
    for step in ("install with apt: python3-venv python3-gpiozero python3-lgpio python3-evdev", "add the user salve-kiosk"):
        assert f"would {step}" in said
    for target in ("/opt/salve", "/etc/systemd/system/salve-kiosk.service", "/boot/firmware/config.txt"):
        assert target in said
    assert "K7QM" not in said
    assert said.endswith("Nothing was changed.\n")


def test_a_dry_run_on_a_machine_that_is_no_pi_says_why_in_one_sentence_and_goes_on(tmp_path):
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("apt-get", "useradd", "groupadd", "chown", "install", "cp", "mkdir", "mv", "python3", "chroot", "sudo"):
        (tools / name).write_text(f'#!/bin/sh\necho "{name} $*" >>{tmp_path}/notes\n')
        (tools / name).chmod(0o755)
    done = subprocess.run(
        [str(ROOT / "setup.sh"), "kiosk", "--dry-run"],
        env={"PATH": f"{tools}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    first, second, *steps = done.stderr.splitlines()
    if not Path("/proc/device-tree/model").exists():
        assert first.startswith("Not on this machine: this is no Raspberry Pi")
        assert second == "What would happen on a fit one:"
    assert len(steps) > 15
    assert not (tmp_path / "notes").exists()
    assert not Path("/opt/salve").exists()


def test_installing_twice_changes_nothing_the_second_time(card):
    said = card.setup()
    assert "Done. Start a Raspberry Pi from this card" in said
    after = card.tree()
    for name in ("opt/salve/installed", "usr/local/bin/salve-kiosk", "etc/systemd/enabled/salve-kiosk.service"):
        assert name in after, name
    assert "etc/systemd/enabled/dphys-swapfile.service" not in after
    assert after["var/lib/salve-kiosk"][0] & 0o777 == 0o700
    assert "server" not in {path.name for path in (card.root / "opt/salve/source").iterdir()}
    again = card.setup()
    assert card.tree() == after
    assert card.done() == []
    assert "All of it was so already" in again


def test_the_commands_come_in_an_order_in_which_they_work(card):
    card.setup()
    names = " | ".join(card.done())
    order = [
        "apt-get install",
        "useradd",
        "chown",
        "python3 -m venv --system-site-packages",
        "pip install",
        "check_pins",
        "enable",
        "config.txt.new",
    ]
    places = [names.index(name) for name in order]
    assert places == sorted(places)
    assert "enrol" not in names
    # "Pull the plug instead if you like": what is not on the card by then comes back as empty files.
    assert card.done()[-1] == "sync "


def test_a_new_release_replaces_the_program_and_keeps_settings(card):
    card.setup()
    (card.root / "etc/salve/kiosk.toml").write_text("sync_s = 30\n")
    (card.root / "opt/salve/installed").write_text("an older one\n")
    card.setup("--screen")
    assert [note.split()[0] for note in card.done() if "pip" in note] == ["/opt/salve/venv/bin/python"]
    assert (card.root / "etc/salve/kiosk.toml").read_text() == "sync_s = 30\nscreen_port = 8010\n"
    assert (card.root / "etc/systemd/enabled/salve-screen.service").exists()
    after = card.tree()
    card.setup("--screen")
    assert card.tree() == after


def test_the_stub_of_lgpio_stops_the_installation_before_anything_starts(card):
    (card.root / "stub-of-lgpio").touch()
    assert "the GPIO libraries are not right" in card.setup(expect=1)
    assert not (card.root / "etc/systemd/enabled/salve-kiosk.service").exists()
    (card.root / "stub-of-lgpio").unlink()
    card.setup()


def test_firmware_settings_stand_between_markers_and_the_rest_stays(card):
    card.setup("--rtc")
    config = card.config()
    assert config.startswith(CONFIG)
    assert "dtoverlay=i2c-rtc,ds3231\n" in config
    card.setup()
    config = card.config()
    assert config.count("# salve-kiosk begin") == 1
    # Said once, it stays: a new release is installed by running this again, by someone who knows of no clock.
    assert "dtoverlay=i2c-rtc,ds3231\n" in config
    assert (card.root / "boot/firmware/config.txt.before-salve").read_text() == CONFIG


@pytest.mark.parametrize("mark", ["# salve-kiosk begin", "# salve-kiosk end"])
def test_one_mark_alone_takes_nothing_of_the_shops_own_settings(card, mark):
    config = f"{mark}\n{CONFIG}"
    (card.root / "boot/firmware/config.txt").write_text(config)
    assert "only one of our two marks" in card.setup(expect=1)
    assert card.config() == config


def test_another_python_after_a_new_system_is_installed_for_anew(card):
    card.setup()
    (card.root / "another-python").touch()
    (card.root / "opt/salve/venv/bin/of-the-old-python").touch()
    card.setup()
    assert [note for note in card.done() if "-m venv" in note or "pip install" in note]
    assert not (card.root / "opt/salve/venv/bin/of-the-old-python").exists()


def test_uninstalling_leaves_the_data_and_purging_does_not(card):
    before = card.tree()
    card.setup("--screen")
    (card.root / "var/lib/salve-kiosk/key").write_text("slv_k_one")
    dry = card.tree()
    assert "would remove /opt/salve" in card.setup("--uninstall", "--dry-run")
    assert card.tree() == dry
    said = card.setup("--uninstall")
    assert "still in /var/lib/salve-kiosk" in said
    assert (card.root / "var/lib/salve-kiosk/key").exists()
    assert not (card.root / "opt/salve").exists()
    assert card.config() == CONFIG
    card.setup("--uninstall", "--purge")
    left = {name for name in card.tree().keys() - before.keys() if (card.root / name).is_file()}
    assert left == {
        "boot/firmware/config.txt.before-salve",
        *(name for name in left if name.startswith("var/lib/dpkg/state/")),
    }
    assert "salve" not in (card.root / "etc/passwd").read_text()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda root: (root / "lib/ld-linux-aarch64.so.1").unlink(), "this system is 32-bit"),
        (
            lambda root: (root / "proc/device-tree/model").write_text("Radxa ROCK 3A\0"),
            "this is a Radxa ROCK 3A; a kiosk needs",
        ),
        (
            lambda root: (root / "etc/os-release").write_text('PRETTY_NAME="Ubuntu 24.04 LTS"\nVERSION_CODENAME=noble\n'),
            "this is Ubuntu 24.04 LTS; a kiosk needs Raspberry Pi OS Lite (64-bit), Bookworm or Trixie",
        ),
        (lambda root: shutil.rmtree(root / "boot/firmware"), "there is no /boot/firmware/config.txt"),
    ],
)
def test_a_machine_that_is_not_fit_is_refused_in_one_sentence_and_left_alone(card, change, reason):
    change(card.root)
    before = card.tree()
    said = card.setup(expect=1)
    assert said.startswith(f"setup: {reason}")
    assert said.count("\n") == 1
    assert card.tree() == before


@pytest.mark.parametrize(
    "options",
    [
        ("--sever", "x"),
        ("--server",),
        ("--purge",),
        ("--server", "salve.example.com"),
        ("--server", "http://salve.shop"),
        ("--server", "https://salve.example.com?x=1"),
        ("--server", "--code"),
        ("--code", "K7QM-2WXR"),
        ("--wheelhouse", "/nowhere/at/all"),
    ],
)
@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_wrong_options_are_named_before_anything_is_done(card, options, dry):
    before = card.tree()
    said = card.setup(*dry, *options, expect=1)
    assert options[0] in said
    assert said.count("\n") == 1
    assert card.tree() == before


def test_http_is_taken_where_it_was_allowed(card):
    card.setup("--server", "http://salve.shop:8000/", "--insecure-lan")
    card.setup("--server", "http://salve.shop:8000/")
    card.setup("--server", "http://127.0.0.1:8000")


def test_a_card_whose_programs_do_not_run_here_is_left_alone(card):
    (card.root / "of-another-processor").touch()
    before = card.tree()
    assert "do not run on this machine" in card.setup(expect=1)
    assert card.tree() == before


def test_root_rights_are_asked_for_before_anything_is_tried(card):
    if os.geteuid() == 0:
        pytest.skip("root has them")
    del card.environment["SALVE_ROOT"]
    card.setup(expect=1)
