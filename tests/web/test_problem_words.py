"""What goes wrong is told in the reader's language, by the problem's code and by what is wrong with a field."""

import re
from collections.abc import Iterator

import httpx
import pytest
from sites import Site
from town import FORM, PASSWORD

from andante.api.errors import ERRORS
from andante.expressions import Expression
from andante.expressions.expression import literal
from andante.forms import field as of
from andante.forms.checks import judge
from andante.languages import language
from andante.people import AccessProblem
from andante.runtime import Problem, TaskQuery
from andante.runtime.problem import PARAMETER
from andante.web import fields
from andante.web.problems import FIELDS, SAID, in_words, wrong

CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')
ENGLISH, CHINESE = language("en"), language("zh")


class Reader:
    """Reads Chinese, in a browser without a screen."""

    def __init__(self, site: Site) -> None:
        self.http = httpx.AsyncClient(base_url=site.url, headers={"accept-language": "zh-CN,zh;q=0.9"})
        self.csrf = ""

    async def see(self, path: str) -> str:
        answer = await self.http.get(path)
        found = CSRF.search(answer.text)
        self.csrf = found[1] if found else self.csrf
        return answer.text

    async def send(self, path: str, **given: str) -> str:
        return (await self.http.post(path, data={"csrf": self.csrf, **given})).text

    async def log_in(self, name: str, password: str = PASSWORD) -> str:
        await self.see("/login")
        return await self.send("/login", name=name, password=password)


async def test_a_reader_of_chinese_is_told_in_chinese(site: Site) -> None:
    reader = Reader(site)
    async with reader.http:
        for _ in range(10):
            assert "用户名或密码不正确。" in await reader.log_in("ann", "wrong")
        assert "密码错误次数过多。请在 5 分" in await reader.log_in("ann", "wrong")
        await reader.log_in("tom")
        assert "没有这个任务，或您无权查看。" in await reader.see("/tasks/x-1")
        assert "没有这个实例，或您无权查看。" in await reader.see("/instances/x")
        assert "没有这个流程，或您无权查看。" in await reader.see("/start/x")
        await reader.see("/tasks")
        assert "您无权进行此操作" in await reader.send("/definitions")
        trip, other = [await _trip(site) for _ in range(2)]
        await reader.log_in("mei")
        await reader.see(f"/tasks/{trip}")
        page = await reader.send(f"/tasks/{trip}/complete", **{"was.nights": "2", "field.nights": ""})
        assert "填写的内容不符合要求，请检查标出的字段。" in page
        assert "必填。" in page
        page = await reader.send(f"/tasks/{trip}/complete", **{"was.nights": "2", "field.nights": "two"})
        assert "“two”不是整数。" in page
        await reader.send(f"/tasks/{trip}/complete")
        assert "已结束" in await reader.send(f"/tasks/{trip}/complete")
        await site.runtime.act(other.partition("-")[0], "suspend", who="mei", reason="for a while")
        assert "该实例已挂起，须由运维人员先恢复。" in await reader.send(f"/tasks/{other}/complete")
        reader.csrf = "0" * 64
        assert "此表单不属于当前会话。" in await reader.send("/tasks/x/complete")


async def _trip(site: Site) -> str:
    """The id of a task with a form that mei has."""
    if not await site.runtime.definitions(active=True):
        await site.runtime.deploy_xml(FORM, who="mei")
    record = await site.runtime.start("Trip", who="tom", variables={"purpose": "Lyon", "nights": 2})
    task = (await site.runtime.tasks(TaskQuery(everything=True, instance_id=record.id))).items[0]
    await site.runtime.task_action(task.id, "claim", who="mei")
    return task.id


def test_english_words_stay_as_they_came_and_what_is_not_known_stays_english() -> None:
    assert in_words(ENGLISH, Problem("bpm.task.closed", 409, "The task 'x' is over.")) == "The task 'x' is over."
    assert in_words(CHINESE, AccessProblem(PARAMETER, 400, "odd: 5%.")) == "odd: 5%."
    assert in_words(CHINESE, Problem(PARAMETER, 400, "")) == ""
    assert in_words(CHINESE, Problem("bpm.task.reminded", 429, "Wait.", wait=90)).endswith("请在 1 分后重试。")


def test_each_code_is_one_that_there_is() -> None:
    assert set(SAID) - set(ERRORS) <= {"bpm.page.formToken"}


VALUES: tuple[object, ...] = (None, "", "x" * 60, "a", 5, 0.125, [], ["x"], True, {}, "2000-01-01", "10:00", -5, "7")


def _limits(**given: object) -> dict[str, Expression]:
    return {name: literal(value) for name, value in given.items()}


def _asked() -> Iterator[of.Field]:
    limits: dict[str, dict[str, object]] = {
        of.TEXT: {"minLength": 2, "maxLength": 5, "pattern": "^b", "format": "email"},
        of.NUMBER: {"min": 0, "max": 1, "decimals": 1},
        of.DATE: {"notPast": True},
    }
    for kind in (
        of.TEXT,
        of.NUMBER,
        of.INTEGER,
        of.BOOLEAN,
        of.DATE,
        of.TIME,
        of.MOMENT,
        of.SEVERAL,
        of.CHOICE,
        of.LIST,
    ):
        yield of.Field(("a",), kind, required=True, constraints=_limits(**limits.get(kind, {})))
    yield of.Field(("a",), of.TEXT, constraints=_limits(format="phone", asText=True))
    yield of.Field(("a",), of.BOOLEAN, must=True)


def test_whatever_is_wrong_with_a_field_is_told_in_chinese() -> None:
    said = {
        message for asked in _asked() for value in VALUES
        for _, message in judge(asked, value, {}, 1_767_258_000_000, partial=False)
    }  # fmt: skip
    for control in (fields.WHOLE, fields.NUMBER, fields.DATE, fields.TIME, fields.MOMENT, fields.CHOICE):
        with pytest.raises(ValueError, match="'oops' is") as fault:
            fields._value(fields.Field("a", "A", control), "oops")
        said.add(str(fault.value))
    told = {message: wrong(CHINESE, message) for message in said}
    assert len({text for text in told.values() if not re.search(r"[一-鿿]", text)}) == 0, told
    assert len(said) > 25
    assert wrong(CHINESE, "it must be at least 5") == "不能小于 5"
    assert wrong(CHINESE, "'%(x)s' is not offered") == "“%(x)s”不在可选项中"
    assert all(wrong(ENGLISH, text) == text for text in FIELDS)
