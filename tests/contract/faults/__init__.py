"""The faults that the contract kit has to find."""

from tests.contract.fault import Fault
from tests.contract.faults import (
    answers,
    errors,
    membership,
    misc,
    patches,
    privacy,
    references,
    switches,
    transport,
    values,
)

FAULTS: tuple[Fault, ...] = (
    *patches.FAULTS,
    *values.FAULTS,
    *answers.FAULTS,
    *privacy.FAULTS,
    *references.FAULTS,
    *switches.FAULTS,
    *membership.FAULTS,
    *misc.FAULTS,
    *errors.FAULTS,
    *transport.FAULTS,
)
