"""No log line holds a key, wherever in it the key stood."""

import logging
import subprocess
import sys

from wire.redacting import Redacting

KEY = "slv_k_" + "Ab3" * 16 + "Zz"


def line(message, *values, **more):
    record = logging.LogRecord("salve", logging.ERROR, __file__, 1, message, values, **{"exc_info": None} | more)
    return Redacting("%(levelname)s %(name)s: %(message)s").format(record)


def test_a_key_in_a_message_or_its_values_is_named_by_its_kind_only():
    assert line(f"refused {KEY}.") == "ERROR salve: refused slv_k_...."
    assert (
        line("headers: %s", {"Authorization": f"Bearer {KEY}"}) == "ERROR salve: headers: {'Authorization': 'Bearer slv_k_...'}"
    )
    assert line("nothing secret, slv_ alone") == "ERROR salve: nothing secret, slv_ alone"


def test_a_key_in_a_traceback_is_taken_out_too():
    error = ValueError(f"unreadable: {KEY.replace('slv_k_', 'slv_x_')}")
    found = line("failed", exc_info=(ValueError, error, None))
    assert "unreadable: slv_x_..." in found
    assert "Ab3" not in found


def test_both_programs_log_through_it():
    program = (
        "import logging; from wire.redacting import begin_logging; begin_logging(logging.INFO, '%(message)s');"
        f" logging.getLogger('a').warning('x {KEY} y')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == "x slv_k_... y\n"
