"""What can go wrong between the runtime and its database."""


class StoreProblem(Exception):
    """The database cannot be used as asked; the text says why and what to do."""


class Duplicate(StoreProblem):
    """A row of this key is there already; nothing was changed."""


class StoreLost(StoreProblem):
    """The connection to the database is gone. What was being written may have been written."""


class Outrun(StoreProblem):
    """Another server has changed these instances meanwhile; nothing of the batch was written."""

    def __init__(self, instances: set[str]) -> None:
        super().__init__("another server was faster")
        self.instances = instances


class Unstorable(StoreProblem):
    """A value that the database has no place for, nor can be asked for; the text says which."""


class Unwritable(StoreProblem):
    """What these instances are to hold cannot be stored; nothing of the batch was written."""

    def __init__(self, reasons: dict[str, str]) -> None:
        super().__init__("; ".join(reasons.values()))
        self.reasons = reasons


class Again(StoreProblem):
    """Transactions were in each other's way; nothing was changed, and the same may be tried at once."""


class NotPrepared(Again):
    """A statement is not known to its connection."""
