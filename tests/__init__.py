"""The tests of the project."""

import pytest

# Before anything of it is imported: a failed assertion there should show its values too.
pytest.register_assert_rewrite("tests.support")
