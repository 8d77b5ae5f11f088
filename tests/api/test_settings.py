"""Settings from a file, from the environment and from options."""

import tomllib
from pathlib import Path

import msgspec
import pytest

from andante.settings import PREFIX, SECRETS, Settings, SettingsProblem, example, from_environment, gather, masked


def test_defaults() -> None:
    settings = from_environment({})
    assert settings == Settings()
    assert (settings.host, settings.port, settings.db, settings.zone) == (
        "127.0.0.1", 8080, "sqlite:///andante.db", "UTC"
    )  # fmt: skip
    assert settings.max_body == 16 * 1024 * 1024


def test_options_win_over_the_environment() -> None:
    environment = {"ANDANTE_PORT": "9000", "ANDANTE_TEST_CLOCK": "true", "ANDANTE_ZONE": "Europe/Berlin", "OTHER": "x"}
    settings = from_environment(environment, port=9100, host=None)
    assert (settings.port, settings.test_clock, settings.zone, settings.host) == (
        9100,
        True,
        "Europe/Berlin",
        "127.0.0.1",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("ANDANTE_PORT", "many"), ("ANDANTE_PORT", "70000"), ("ANDANTE_TEST_CLOCK", "perhaps"),
     ("ANDANTE_ZONE", "Mars/Olympus"), ("ANDANTE_TOKEN_LIFETIME", "0"), ("ANDANTE_DB", "")],
)  # fmt: skip
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsProblem, match=name):
        from_environment({name: value})


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(SettingsProblem, match="colour"):
        from_environment({}, colour="blue")


def test_a_file_the_environment_and_options_in_their_order(tmp_path: Path) -> None:
    file = tmp_path / "andante.toml"
    file.write_text('port = 9000\nzone = "Europe/Berlin"\ncamunda_rest = false\nhost = "::1"\n')
    environment = {"ANDANTE_PORT": "9001", "ANDANTE_ZONE": "Asia/Tokyo", "ANDANTE_PROT": "1", "ANDANTE_URL": "x"}
    found = gather({**environment, "ANDANTE_SERVICE_HOST": "10.0.0.1"}, folder=tmp_path, port=9002)
    settings = found.settings
    assert (settings.port, settings.zone, settings.camunda_rest, settings.host) == (9002, "Asia/Tokyo", False, "::1")
    assert found.origins == {
        "port": "--port", "zone": "ANDANTE_ZONE", "camunda_rest": f"{file}: camunda_rest", "host": f"{file}: host",
    }  # fmt: skip
    assert (found.file, list(found.unknown)) == (str(file), ["ANDANTE_PROT"])
    other = tmp_path / "other.toml"
    other.write_text("port = 1")
    assert gather({"ANDANTE_CONFIG": str(other)}, folder=tmp_path).settings.port == 1
    assert gather({"ANDANTE_CONFIG": str(other)}, folder=tmp_path, config=file).settings.port == 9000
    assert gather({}, folder=tmp_path / "elsewhere").settings == Settings()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("prot = 1", "prot: there is no such setting. Did you mean port?"),
        ("[server]\nport = 1", "server: there is no such setting"),
        ('port = "many"', "port: Expected `int`"),
        ("port = 70000", "port: Expected `int` <= 65535"),
        ("trusted_proxies = ['a']", "trusted_proxies: give one text, number, true or false"),
        ('zone = "Mars/Olympus"', "zone: unknown time zone"),
        ('retention = "soon"', "retention: "),
        ("port 1", "Write it as TOML"),
        ('smtp_url = "smtp://x"\nsmtp_url_file = "y"', "smtp_url is given as well"),
        ('smtp_url_file = "none"', "none cannot be read: No such file"),
    ],
)
def test_a_wrong_file_is_told_by_name_key_and_remedy(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "a.toml"
    file.write_text(text)
    with pytest.raises(SettingsProblem) as problem:
        gather({}, config=file)
    assert str(problem.value).startswith(str(file))
    assert words in str(problem.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsProblem, match=r"none.toml: it cannot be read"):
        gather({}, config=tmp_path / "none.toml")


def test_secrets_in_files_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("top secret\n")
    (tmp_path / "empty").write_text("\n")
    environment = {"ANDANTE_BOOTSTRAP_CLIENT_SECRET_FILE": str(tmp_path / "secret")}
    found = gather(environment, folder=None)
    assert found.settings.bootstrap_client_secret == "top secret"
    assert found.origins == {"bootstrap_client_secret": "ANDANTE_BOOTSTRAP_CLIENT_SECRET_FILE"}
    assert found.unknown == []
    assert gather(environment, folder=None, bootstrap_client_secret="other").settings.bootstrap_client_secret == "other"
    with pytest.raises(SettingsProblem, match=r"ANDANTE_DB_FILE: .*empty is empty"):
        gather({"ANDANTE_DB_FILE": str(tmp_path / "empty")}, folder=None)


def test_what_a_service_of_kubernetes_says_is_explained() -> None:
    with pytest.raises(SettingsProblem, match="enableServiceLinks"):
        from_environment({"ANDANTE_PORT": "tcp://10.0.0.1:8080"})


def test_secrets_are_masked() -> None:
    assert masked("smtp_url", "smtp://me:p@mail:25") == "smtp://me:***@mail:25"
    assert masked("db", "postgresql://me:p@h/x?sslmode=require&password=q") == (
        "postgresql://me:***@h/x?sslmode=require&password=***"
    )
    assert (masked("db", "sqlite:///a.db"), masked("oidc_client_secret", "x"), masked("port", 1)) == (
        "sqlite:///a.db", "(set)", "1",
    )  # fmt: skip
    assert {name for name in Settings.__struct_fields__ if "secret" in name} <= set(SECRETS)


def test_the_example_is_every_default(tmp_path: Path) -> None:
    lines = [line.removeprefix("# ") for line in example().splitlines() if " = " in line and "_file = " not in line]
    assert tomllib.loads("\n".join(lines)) == msgspec.structs.asdict(Settings())
    (tmp_path / "all.toml").write_text(example())
    assert gather({f"{PREFIX}CONFIG": str(tmp_path / "all.toml")}).settings == Settings()
