"""What all tests share: a folder for machine code that is theirs alone, and how processes heed Ctrl-C."""

import signal

import pytest


@pytest.fixture(autouse=True, scope="session")
def machine_code_of_the_tests(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULLBACK_CACHE", str(tmp_path_factory.mktemp("machine-code")))
        yield


def heed_ctrl_c():
    """For `preexec_fn`: a shell's background jobs, and so their children, start with it ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
