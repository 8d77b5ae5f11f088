"""Reminders as people get them in their mailbox."""

from collections.abc import AsyncIterator

import pytest
from aiosmtplib import SMTPException
from post_office import PostOffice
from structlog.testing import capture_logs

from andante.notify import MailChannel, parse_smtp_url
from andante.notify.mail import MailError
from andante.runtime import Note, TestClock
from andante.timing.instants import parse_instant

NOON = parse_instant("2026-03-27T12:00", "UTC")
ADDRESSES = {"ada": "ada@example.com", "bob": "bob@example.com", "ada.l": "ada@example.com", "eve": "no address"}


@pytest.fixture
async def post() -> AsyncIterator[PostOffice]:
    office = PostOffice()
    await office.open()
    yield office
    await office.close()


async def addresses(recipient: str) -> list[str]:
    return [ADDRESSES[recipient]] if recipient in ADDRESSES else []


def channel(post: PostOffice, sender: str = "Andante <flow@andante.example>") -> MailChannel:
    return MailChannel(
        parse_smtp_url(post.url),
        sender=sender,
        base_url="https://flow.example/",
        addresses=addresses,
        clock=TestClock(NOON),
        zone="Europe/Berlin",
    )


def note(key: str = "i1-7-reminder", *recipients: str, **changes: object) -> Note:
    values: dict[str, object] = {
        "kind": "reminder",
        "instance_id": "i1",
        "task_id": "i1-7",
        "task_name": "Approve <Müller & Co>",
        "definition": "Expense approval",
        "recipients": list(recipients) or ["ada"],
        "due_at": NOON + 3_600_000,
        "text": "Due in one hour.\nPlease decide.",
    }
    return Note(key, **values | changes)  # type: ignore[arg-type]


async def test_a_reminder_arrives_as_text_and_html_with_a_link_to_the_task(post: PostOffice) -> None:
    await channel(post).send(note())
    letter = post.letter("ada@example.com")
    assert letter["Subject"] == "Reminder: Approve <Müller & Co>"
    assert letter["From"] == "Andante <flow@andante.example>"
    assert letter["To"] == "ada@example.com"
    assert letter["Date"] == "Fri, 27 Mar 2026 12:00:00 +0000"
    assert letter["Auto-Submitted"] == "auto-generated"

    text = letter.get_body(("plain",))
    assert text is not None
    assert text.get_content().replace("\r\n", "\n") == (
        "Reminder: Approve <Müller & Co>\n\nDue in one hour.\nPlease decide.\n\nTask: Approve <Müller & Co>\n"
        "Process: Expense approval\nDue: 2026-03-27 14:00 (Europe/Berlin)\n\nOpen it: https://flow.example/tasks/i1-7\n"
    )
    html = letter.get_body(("html",))
    assert html is not None
    page = html.get_content()
    assert 'href="https://flow.example/tasks/i1-7"' in page
    assert "Approve &lt;Müller &amp; Co&gt;" in page
    assert "<Müller" not in page


async def test_a_notice_of_a_whole_process_links_to_its_instance(post: PostOffice) -> None:
    await channel(post).send(note(kind="slaDeadline", task_id="", task_name="", due_at=None, text=""))
    letter = post.letter("ada@example.com")
    assert letter["Subject"] == "Overdue: Expense approval"
    text = letter.get_body(("plain",))
    assert text is not None
    assert text.get_content().replace("\r\n", "\n") == (
        "Overdue: Expense approval\n\nProcess: Expense approval\n\nOpen it: https://flow.example/instances/i1\n"
    )


async def test_a_name_over_several_lines_makes_no_header_of_its_own(post: PostOffice) -> None:
    await channel(post).send(note(task_name="Pay\r\nBcc: thief@example.com\r\n" + "x" * 500))
    letter = post.letter("ada@example.com")
    assert letter["Bcc"] is None
    assert letter["Subject"].startswith("Reminder: Pay Bcc: thief@example.com xxx")
    assert [recipient for recipient, _ in post.letters] == ["ada@example.com"]


async def test_each_recipient_gets_one_letter_and_those_without_address_are_left_out(post: PostOffice) -> None:
    with capture_logs() as logs:
        await channel(post).send(note("k", "ada", "nobody", "bob", "ada.l", "eve"))
    assert [recipient for recipient, _ in post.letters] == ["ada@example.com", "bob@example.com"]
    assert post.letter("bob@example.com")["To"] == "bob@example.com"
    assert [(line["event"], line["recipient"]) for line in logs] == [
        ("nobody to write to", "nobody"),
        ("bad mail address", "eve"),
    ]


async def test_nobody_to_write_to_opens_no_connection(post: PostOffice) -> None:
    await post.close()
    await channel(post).send(note("k", "nobody"))
    assert post.letters == []


async def test_the_same_note_again_is_recognisable(post: PostOffice) -> None:
    # Two servers, one after the other: the second knows nothing of what the first sent.
    for key in ("k1", "k1", "k2"):
        await channel(post).send(note(key))
    first, again, other = (letter["Message-ID"] for _, letter in post.letters)
    assert first == again != other
    assert first.endswith("@andante.example>")


async def test_only_who_was_refused_for_now_is_tried_again(post: PostOffice) -> None:
    mail = channel(post)
    post.refusing["bob@example.com"] = "451 greylisted, come back later"
    for _ in range(2):
        with pytest.raises(MailError, match=r"bob@example.com refused for now \(451\)"):
            await mail.send(note("k", "bob", "ada"))
    assert [recipient for recipient, _ in post.letters] == ["ada@example.com"]
    post.refusing.clear()
    await mail.send(note("k", "bob", "ada"))
    assert [recipient for recipient, _ in post.letters] == ["ada@example.com", "bob@example.com"]


async def test_an_address_refused_for_good_is_logged_and_does_not_hold_up_the_others(post: PostOffice) -> None:
    post.refusing["bob@example.com"] = "550 no such mailbox"
    with capture_logs() as logs:
        await channel(post).send(note("k", "bob", "ada"))
    assert [recipient for recipient, _ in post.letters] == ["ada@example.com"]
    assert [(line["event"], line["address"]) for line in logs] == [("mail address refused", "bob@example.com")]


async def test_an_address_beyond_ascii_is_logged_where_the_server_cannot_take_it(post: PostOffice) -> None:
    ADDRESSES["jörg"] = "joerg@bücher.example"
    with capture_logs() as logs:
        await channel(post).send(note("k", "jörg", "ada"))
    assert [recipient for recipient, _ in post.letters] == ["ada@example.com"]
    assert [line["event"] for line in logs] == ["mail address refused"]


async def test_a_server_that_takes_no_message_or_is_away_is_an_error_to_try_again(post: PostOffice) -> None:
    mail = channel(post)
    post.content_answer = "452 disk full"
    with pytest.raises(MailError, match="452 disk full"):
        await mail.send(note())
    await post.close()
    with pytest.raises(ConnectionError):
        await mail.send(note())


@pytest.mark.parametrize(
    "sender", ["", "andante", "Andante <@example.com>", "a@b@c", "two@example.com, more@example.com"]
)
def test_a_sender_that_is_no_address_is_refused(sender: str) -> None:
    with pytest.raises(ValueError, match="the mail sender"):
        MailChannel(
            parse_smtp_url("smtp://localhost"),
            sender=sender, base_url="http://localhost:8080", addresses=addresses, clock=TestClock(NOON),
        )  # fmt: skip


def test_a_base_url_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r"the base URL 'flow\.example' is none"):
        MailChannel(
            parse_smtp_url("smtp://localhost"),
            sender="flow@andante.example", base_url="flow.example", addresses=addresses, clock=TestClock(NOON),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "start_tls", "user", "password"),
    [
        ("smtp://mail.example.com", "mail.example.com", 587, False, None, "", ""),
        ("smtp://mail.example.com:25/", "mail.example.com", 25, False, None, "", ""),
        ("smtp://u%40x:p%2Fw@mail.example.com", "mail.example.com", 587, False, True, "u@x", "p/w"),
        ("smtps://u:p@mail.example.com", "mail.example.com", 465, True, None, "u", "p"),
        ("smtp://u:p@localhost:2525", "localhost", 2525, False, None, "u", "p"),
    ],
)
def test_the_servers_url(
    url: str, host: str, port: int, tls: bool, start_tls: bool | None, user: str, password: str
) -> None:
    server = parse_smtp_url(url)
    assert (server.host, server.port, server.tls, server.start_tls) == (host, port, tls, start_tls)
    assert (server.user, server.password) == (user, password)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "begins with"),
        ("mail.example.com:25", "begins with"),
        ("http://mail.example.com", "begins with 'http://'"),
        ("smtp://:25", "names no host"),
        ("smtp://mail.example.com:mail", "not valid"),
        ("smtp://u@mail.example.com", "without a password"),
        ("smtp://mail.example.com/inbox", "something after"),
    ],
)
def test_a_url_that_names_no_server_is_refused(url: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_smtp_url(url)


async def test_a_password_is_not_sent_in_the_clear_over_a_network(post: PostOffice) -> None:
    # This server offers no STARTTLS; 127.0.0.2 is not one of the names of this machine that are trusted.
    server = parse_smtp_url(f"smtp://user:secret@127.0.0.2:{post.port}")
    with pytest.raises(SMTPException, match="STARTTLS"):
        async with server.connection():
            pass
    assert post.letters == []
