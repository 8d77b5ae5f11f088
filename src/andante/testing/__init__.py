"""For tests of your own processes: no server, no database, no waiting.

from andante.testing import Scenario

def test_an_expense_of_a_manager_needs_no_approval() -> None:
    (
        Scenario.read("processes/expense.bpmn")
        .given(amount=40, role="manager")
        .complete("Enter expense")
        .then(state="Completed OK", variables={"approved": True})
    )
"""

from andante.testing.process import ProcessBuilder
from andante.testing.random_process import random_process
from andante.testing.roster import roster
from andante.testing.scenario import Scenario, given

__all__ = ["ProcessBuilder", "Scenario", "given", "random_process", "roster"]
