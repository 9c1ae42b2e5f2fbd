"""What all tests share: a folder for machine code that is theirs alone, not the user's."""

import pytest


@pytest.fixture(autouse=True, scope="session")
def machine_code_of_the_tests(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULLBACK_CACHE", str(tmp_path_factory.mktemp("machine-code")))
        yield
