"""The contract's JSON form of a definition (contract 2.4 to 2.6; docs/reference/json-form.md), read into drafts."""
