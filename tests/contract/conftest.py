"""Fixtures: kits, and servers for them to test."""

from collections.abc import Iterator

import pytest

from tests.contract.kit import Household, Kits, kits
from tests.support.keeper import Keeper


@pytest.fixture(scope="package")
def two_kits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kits]:
    """As many as there are cores to run them on, at least on small machines."""
    with kits(2, tmp_path_factory.mktemp("kits")) as ready:
        yield ready


@pytest.fixture
def household(keeper: Keeper) -> Household:
    """Systems for the kit."""
    return Household.new(keeper)
