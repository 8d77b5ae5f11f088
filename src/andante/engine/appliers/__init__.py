"""The functions behind `apply`, one module a family of facts (see the modules of `events`)."""
