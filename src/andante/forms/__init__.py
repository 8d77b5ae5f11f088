"""Forms: what a start or a task asks of people, as a form-js schema, a JSON Schema or fields in a model; read once into
constraints, then checked and shown often."""

from andante.forms.field import Checked, Fault, Field, FieldView, Options
from andante.forms.form import FIELDS, FORM_JS, JSON_SCHEMA, VARIABLES, Form, FormView
from andante.forms.read import FormRead, is_form, read_form

__all__ = [
    "FIELDS", "FORM_JS", "JSON_SCHEMA", "VARIABLES", "Checked", "Fault", "Field", "FieldView", "Form", "FormRead",
    "FormView", "Options", "is_form", "read_form",
]  # fmt: skip
