"""Settings from the environment and from options."""

import pytest

from andante.settings import Settings, SettingsProblem, from_environment


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
