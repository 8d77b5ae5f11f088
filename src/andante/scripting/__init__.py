"""Python in script tasks: a worker of the house that runs them in a sandbox (pydantic-monty)."""

from andante.scripting.sandbox import Limits, Outcome, Sandbox, ScriptFault
from andante.scripting.worker import JOB_TYPE, PythonScripts

__all__ = ["JOB_TYPE", "Limits", "Outcome", "PythonScripts", "Sandbox", "ScriptFault"]
