"""What all tests share: a folder for machine code that is theirs alone, the command line, and Ctrl-C."""

import signal
import sys

import pytest

collect_ignore = ["ward"]  # training loops, most of them sick: no examples of ours


@pytest.fixture(autouse=True, scope="session")
def machine_code_of_the_tests(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULLBACK_CACHE", str(tmp_path_factory.mktemp("machine-code")))
        yield


def heed_ctrl_c():
    """For `preexec_fn`: a shell's background jobs, and so their children, start with it ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def command(monkeypatch, capsys):
    """`pullback ARGUMENTS` in this process: its status, what it printed, and its error."""

    def run(*args):
        from pullback import cli

        monkeypatch.setattr(sys, "argv", ["pullback", *map(str, args)])
        status = 0
        try:
            cli.main()
        except SystemExit as end:
            status = end.code or 0
        out, err = capsys.readouterr()
        return status, out, err

    return run
