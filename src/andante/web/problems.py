"""What went wrong, in the reader's language. The words that come with a problem are English, and say most; who reads
another language gets, by the problem's code, a sentence that says less in words they know. Codes that are not here are
seen by operators and programs, and stay as they are.
"""

import re
from functools import cache
from typing import Final

from andante.languages import Language
from andante.languages import mark as _
from andante.people import AccessProblem
from andante.runtime import Problem

AGAIN: Final = _(" Try again in %(span)s.")
FIT: Final = _("What was filled in does not fit the form. Look at the fields that are marked.")
# By the codes of docs/reference/errors.md.
SAID: Final = {
    "bpm.form.invalid": FIT,
    "bpm.variable.type": _("A value is not of the kind that it has to be. Nothing was changed."),
    "bpm.instance.closed": _("The instance is over: nothing can be done with it any more."),
    "bpm.instance.suspended": _("The instance is suspended. An operator has to resume it first."),
    "bpm.instance.parentSuspended": _("The calling instance is suspended. An operator has to resume it first."),
    "bpm.instance.parkedFull": _("The instance is suspended, and keeps no more until it is resumed."),
    "bpm.instance.noIncident": _("There is no incident to retry."),
    "bpm.definition.noStart": _(
        "The process cannot be started by hand: a message, signal, time or condition starts it."
    ),
    "bpm.task.notFound": _("There is no such task, or it is not yours to see."),
    "bpm.task.claimed": _("Somebody else has the task. Ask them to give it back or to transfer it."),
    "bpm.task.notClaimed": _("Nobody has claimed the task. Claim it first."),
    "bpm.task.delegated": _("The task is delegated: it is to be resolved first."),
    "bpm.task.notDelegated": _("The task is not delegated: complete it."),
    "bpm.task.outcome": _("The task has no such outcome. Choose one of those that are offered."),
    "bpm.task.action": _("The process does not offer this for the task."),
    "bpm.task.signers": _("These signers cannot be added."),
    "bpm.task.return": _("The task cannot be returned there."),
    "bpm.task.nobody": _("Nobody has the task or is named for it. Transfer it to somebody."),
    "bpm.task.excluded": _("You have had a part in this already: somebody else must do it."),
    "bpm.task.reminded": _("They were reminded a short while ago."),
    "bpm.task.closed": _("The task is over already."),
    "bpm.instance.notFound": _("There is no such instance, or it is not yours to see."),
    "bpm.definition.notFound": _("There is no such process, or it is not yours to see."),
    "bpm.definition.inactive": _("No version of the process is active: it cannot be started."),
    "bpm.definition.suspended": _("The process is suspended: it cannot be started."),
    "bpm.instance.tooMany": _("Too many instances were started within a second."),
    "bpm.instance.tooManyOpen": _("As many instances are open as may be."),
    "bpm.view.notFound": _("There is no such view, or it is not yours."),
    "bpm.attachment.notFound": _("There is no such file, or it is not yours to see."),
    "bpm.attachment.tooLarge": _("The file is larger than the server takes."),
    "bpm.attachment.type": _("The server does not take files of this kind, or the file is not what its name says."),
    "bpm.attachment.tooMany": _("The instance has as many files as it takes. Delete some first."),
    "astrozero.0001": _("Nothing was changed. The server's log tells more."),
    "bpm.server.unavailable": _("The database does not answer. Try again in a moment."),
    "bpm.server.overloaded": _("The server has too much to do."),
    "bpm.server.lost": _("The connection to the database was lost: see whether it was done before you try again."),
    "astrozero.0004": _("You are logged out. Log in again."),
    "astrozero.0007": _("The name or the password is wrong."),
    "bpm.access.forbidden": _("You may not do that. Ask an administrator for the right to."),
    "bpm.access.tooFast": _("Too many wrong passwords."),
    "bpm.access.tooMany": _("Too many requests."),
    "bpm.login.refused": _("The log-in at the provider did not succeed. Begin anew, or ask an administrator."),
    "bpm.login.provider": _("The provider of the log-in does not answer. Try again in a minute."),
    "bpm.key.notFound": _("There is no such key, or it is not yours."),
    "bpm.deputy.notFound": _("There is no such deputy, or they are not yours to change."),
    "bpm.deputy.cycle": _("Somebody would stand in for themselves. Choose another deputy."),
    "bpm.note.notFound": _("There is no such note of yours."),
    "bpm.instance.pastWithdrawal": _("It is too late to withdraw it: ask an operator to end it."),
    "bpm.page.formToken": _("This form is not from your present session. Go back, reload the page and send it again."),
}
# What is wrong with a field, as forms and their controls say it.
FIELDS: Final = (
    _("it is required"),
    _("it must be ticked"),
    _("it must be a list of what is chosen"),
    _("it must be a number"),
    _("it must be a number, written as a text"),
    _("it must be a whole number"),
    _("it must be a text"),
    _("it must be a list"),
    _("it must be an object"),
    _("it must be true or false"),
    _("it must be at least %(least)s"),
    _("it must be at most %(most)s"),
    _("it must have no more than %(most)s decimals"),
    _("it must have at least %(least)s characters"),
    _("it must have at most %(most)s characters"),
    _("it must match %(pattern)s"),
    _("it cannot be changed here"),
    _("it is no e-mail address"),
    _("it is no international phone number: write it as %(example)s"),
    _("it is no date: write it as %(example)s"),
    _("it is no time: write it as %(example)s"),
    _("it is no such time: write it as %(example)s"),
    _("that day has passed"),
    _("choose from what is offered"),
    _("choose at least one"),
    _("more is chosen than is offered"),
    _("'%(value)s' is not offered"),
    _("'%(value)s' is no date: write it as %(example)s"),
    _("'%(value)s' is no time: write it as %(example)s"),
    _("'%(value)s' is no such time: write it as %(example)s"),
    _("'%(value)s' is no whole number"),
    _("'%(value)s' is no number"),
)  # fmt: skip
_BLANK: Final = re.compile(r"%\\\((\w+)\\\)s")  # in an escaped text


def in_words(say: Language, problem: Problem | AccessProblem) -> str:
    """In one or two sentences."""
    said = say.gettext(problem.message) if problem.message else ""
    if say.native or said != problem.message:
        return said
    of_fields = isinstance(problem, Problem) and any(
        isinstance(each, dict) and "field" in each for each in problem.details
    )
    text = FIT if of_fields else SAID.get(problem.code, "")
    if not text:
        return problem.message
    wait = say.text(AGAIN, span=say.span(problem.wait * 1_000)) if problem.wait else ""
    return say.text(text) + wait


def wrong(say: Language, text: str) -> str:
    """What is said beside a field."""
    if say.native:
        return text
    for pattern, template in _patterns():
        found = pattern.fullmatch(text)
        if found is not None:
            return say.text(template, **found.groupdict())
    return text


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(_BLANK.sub(r"(?P<\1>.*)", re.escape(each)), re.DOTALL), each) for each in FIELDS]
