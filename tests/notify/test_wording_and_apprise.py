"""Templates of the operator's, whom recipients stand for, and Apprise against a real receiver."""

from pathlib import Path

import pytest
from bureau import NOON, Bureau, Receiver
from structlog.testing import capture_logs

from andante.notify.addresses import AddressBook
from andante.notify.apprises import checked_address, masked
from andante.notify.mail import Mail
from andante.notify.smtp import parse_smtp_url
from andante.notify.wording import Item, Wording
from andante.runtime import TestClock
from andante.timing.instants import HOUR

ITEM = Item("reminder", "i1", "i1-7", "Pay\r\nBcc: thief@example.com", "Expenses", "A & B is due", NOON, "Expenses")
URL = "https://flow.example"


def test_templates_of_the_operator_s_go_before_ours(tmp_path: Path) -> None:
    (tmp_path / "zh").mkdir()
    (tmp_path / "note.subject").write_text("[{{ item.kind }}] {{ item.title }}")
    (tmp_path / "zh" / "note.subject").write_text("{{ item.headline }}!")
    (tmp_path / "note.html").write_text("<p>{{ item.text }}</p>")
    (tmp_path / "zh.json").write_text('{"headlines": {"reminder": "别忘了"}}')
    wording = Wording(URL, str(tmp_path))
    english, chinese = wording.note(ITEM, "en", "UTC"), wording.note(ITEM, "zh", "UTC")
    assert english.subject == "[reminder] Pay Bcc: thief@example.com"  # in one line: no header of its own
    assert english.html == "<p>A &amp; B is due</p>"
    assert english.text.startswith("Reminder: Pay")
    assert (chinese.subject, "“A & B”请按时处理" in chinese.text) == ("别忘了!", True)
    assert wording.digest([ITEM, ITEM], "en", "UTC").subject == "2 notes from Andante"


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("note.txt", "{{ item.nothing }}", "nothing"),
        ("digest.html", "{% if %}", "digest"),
        ("en.json", "{", "words"),
        ("zh.json", '{"sentences": [["(", "x"]]}', "words"),
    ],
)
def test_templates_that_fail_are_refused_at_the_start(tmp_path: Path, name: str, text: str, says: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=says):
        Wording(URL, str(tmp_path))


def test_a_template_that_fails_later_loses_no_note(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("{% if item.task_name == 'odd' %}{{ 1 // 0 }}{% endif %}fine")
    wording = Wording(URL, str(tmp_path))
    odd = Item("reminder", "i1", "i1-7", "odd", "Expenses", "", 0, "Expenses")
    with capture_logs() as logs:
        assert wording.note(odd, "en", "UTC").text.startswith("Reminder: odd")
    assert [line["event"] for line in logs] == ["a template of yours fails"]
    assert wording.note(ITEM, "en", "UTC").text == "fine"


def test_a_folder_or_base_url_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not there"):
        Wording(URL, str(tmp_path / "none"))
    with pytest.raises(ValueError, match=r"the base URL 'flow\.example' is none"):
        Wording("flow.example")


@pytest.mark.parametrize("sender", ["", "andante", "Andante <@example.com>", "a@b@c", "two@example.com, more@e.com"])
def test_a_sender_that_is_no_address_is_refused(sender: str) -> None:
    with pytest.raises(ValueError, match="the mail sender"):
        Mail(parse_smtp_url("smtp://localhost"), sender=sender, clock=TestClock(NOON))


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "begins with"),
        ("http://mail.example.com", "begins with 'http://'"),
        ("smtp://:25", "names no host"),
        ("smtp://mail.example.com:mail", "not valid"),
        ("smtp://u@mail.example.com", "without a password"),
        ("smtp://mail.example.com/inbox", "something after"),
    ],
)
def test_a_mail_server_that_is_none_is_refused(url: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_smtp_url(url)


def test_a_mail_server_with_a_password_must_be_encrypted_but_on_this_machine() -> None:
    far = parse_smtp_url("smtp://u%40x:p%2Fw@mail.example.com")
    assert (far.host, far.port, far.tls, far.start_tls, far.user, far.password) == (
        "mail.example.com", 587, False, True, "u@x", "p/w",
    )  # fmt: skip
    assert parse_smtp_url("smtp://u:p@localhost:2525").start_tls is None
    assert parse_smtp_url("smtps://u:p@mail.example.com").tls is True


class Town:
    """A roster."""

    def members(self, name: str) -> tuple[str, ...]:
        return {"group:engineers": ("ada", "bob"), "queue:desk": ("cy",)}.get(name, ())

    def manager(self, user: str) -> str:
        return {"ada": "grace", "bob": "grace", "cy": "gone"}.get(user, "")

    def lead(self, queue: str) -> str:
        return "ada" if queue in ("desk", "queue:desk") else ""

    def exists(self, user: str) -> bool:
        return user in ("ada", "bob", "cy", "grace")


@pytest.mark.parametrize(
    ("recipient", "names"),
    [
        ("ada", ["ada"]), ("user:ada", ["ada"]), ("nobody", []), ("group:engineers", ["ada", "bob"]),
        ("queue:desk", ["cy"]), ("manager:ada", ["grace"]), ("manager:user:bob", ["grace"]), ("manager:cy", []),
        ("manager:group:engineers", ["grace"]), ("manager:manager:ada", []), ("lead:queue:desk", ["ada"]),
        ("manager:lead:queue:desk", ["grace"]), ("lead:queue:none", []), ("", []),
    ],
)  # fmt: skip
def test_a_recipient_stands_for_people(recipient: str, names: list[str]) -> None:
    assert AddressBook(Town(), None).people(recipient) == names  # type: ignore[arg-type]


async def test_apprise_reaches_what_a_person_has_named(bureau: Bureau, receiver: Receiver) -> None:
    url = f"json://127.0.0.1:{receiver.port}/secret-token"
    await bureau.person("ada", channels={"*": ["apprise"]}, apprise=[url])
    await bureau.deploy(to="nobody")
    await bureau.start()
    receiver.status = 500
    with capture_logs() as logs:
        await bureau.later(3 * HOUR)
        assert len(receiver.asked) == 1
        receiver.status = 200
        await bureau.later(60_000)
    assert await bureau.states() == {"sent": 1}
    (first, second) = receiver.bodies()
    assert first["title"] == second["title"] == "Reminder: Approve <it>"
    assert "Approve <it> is due" in second["message"]
    assert "secret-token" not in str(logs)
    (letter,) = await bureau.post.letters.many("sent", "", 10, "")
    assert "secret-token" not in str(letter)


async def test_an_apprise_address_that_was_taken_back_gets_nothing(bureau: Bureau, receiver: Receiver) -> None:
    url = f"json://127.0.0.1:{receiver.port}/x"
    await bureau.person("ada", channels={"*": ["apprise"]}, apprise=[url], digest="hourly")
    await bureau.deploy(to="nobody")
    await bureau.start()
    await bureau.later(3 * HOUR)
    await bureau.post.preferences.change("ada", {"apprise": []})
    await bureau.later(HOUR)
    assert receiver.asked == []
    assert await bureau.states() == {"dead": 1}


@pytest.mark.parametrize(
    "url", ["json://h/x", "mailto://u:p@example.com", "syslog://", "gotify://h/token", "matrix://u:p@h/#r"]
)
def test_hosts_are_not_for_everybody_to_name(url: str) -> None:
    checked_address(url, any_host=True)
    with pytest.raises(ValueError, match="only an administrator"):
        checked_address(url, any_host=False)


def test_services_with_a_host_of_their_own_are() -> None:
    checked_address("tgram://123456789:abcdefg_hijklmnop/12315544/", any_host=False)
    with pytest.raises(ValueError, match="no address that Apprise knows"):
        checked_address("pigeon://loft", any_host=True)
    assert masked("tgram://123456789:abcdefg_hijklmnop/12315544/") == "tgram://****"
