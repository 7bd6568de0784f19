"""Fixtures: kits, and servers for them to test."""

import pytest

from tests.contract.kit import Household, Kits
from tests.support.keeper import Keeper


@pytest.fixture(scope="session")
def two_kits(tmp_path_factory: pytest.TempPathFactory) -> Kits:
    """As many as there are cores to run them on, at least on small machines."""
    return Kits(2, tmp_path_factory.mktemp("kits"))


@pytest.fixture
def household(keeper: Keeper) -> Household:
    """Systems for the kit."""
    return Household.new(keeper)
