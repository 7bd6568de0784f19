"""What stops the kit, or a check, without being the server's fault."""


class CannotRunError(Exception):
    """There is nothing to run, or nothing to run it with; one clear line."""


class HarnessError(Exception):
    """A check could not be carried out; says nothing about the server."""


class NotAllowedError(HarnessError):
    """A request that was not sent, as it is beyond what the kit may do."""


class LostError(HarnessError):
    """A change was sent and its answer never came: it may have happened."""


class UnreachableError(HarnessError):
    """The server has been gone for so long that there is no use in going on."""
