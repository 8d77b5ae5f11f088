"""Why a message did not go out, and whether another try may help. Any other exception is a reason to try again."""

from typing import Final, final


@final
class Undeliverable(Exception):
    """No later try helps: the letter is dead until somebody looks at it."""


@final
class NotNow(Exception):
    """The receiver asks for another try after `wait_ms`."""

    def __init__(self, message: str, wait_ms: int = 0) -> None:
        super().__init__(message)
        self.wait_ms = wait_ms


ENDPOINT_NOT_FOUND: Final = "bpm.endpoint.notFound"
ENDPOINT_EXISTS: Final = "bpm.endpoint.exists"
SINK_NOT_FOUND: Final = "bpm.events.noSuchSink"
EVENT_NOT_FOUND: Final = "bpm.events.noSuchType"
LETTER_NOT_FOUND: Final = "bpm.letter.notFound"
LETTER_OVER: Final = "bpm.letter.over"
NOTE_NOT_FOUND: Final = "bpm.note.notFound"
