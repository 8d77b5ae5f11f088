"""The measured process, examples/parallel-review.bpmn: start, exclusive gateway, script, parallel split to two user
tasks, join, end. Three commands an instance."""

from pathlib import Path

MODEL = Path(__file__).parent.parent / "examples/parallel-review.bpmn"
NAME = "ParallelReview"
VARIABLES: dict[str, object] = {"amount": 500}
ENDED = "Completed OK"
