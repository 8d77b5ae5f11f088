"""What can go wrong between the runtime and its database."""


class StoreProblem(Exception):
    """The database cannot be used as asked; the text says why and what to do."""


class Duplicate(StoreProblem):
    """A row of this key is there already; nothing was changed."""
