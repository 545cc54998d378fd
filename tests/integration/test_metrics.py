"""``/metrics``: for whoever has the token, of this process, without a word of anybody."""

from __future__ import annotations

import pytest

from medcor.models import TurnOutcome
from medcor.services.measures import Stages
from medcor.web import metrics


@pytest.fixture()
def token(app):
    settings = app.extensions["medcor"].settings
    settings.metrics_token = "a token of some length"
    yield settings.metrics_token
    settings.metrics_token = ""


def test_without_a_setting_there_is_no_such_page(client):
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("shown", ["", "Bearer wrong", "a token of some length", "Bearer \xe9"])
def test_only_the_token_opens_it(client, token, shown):
    headers = {"Authorization": shown} if shown else {}
    assert client.get("/metrics", headers=headers).status_code == 404


def test_a_settled_turn_is_counted_by_stage_and_outcome(client, token):
    def read() -> dict[str, float]:
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200 and answer.mimetype == "text/plain"
        lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}

    before = read()
    metrics.observe_turn(TurnOutcome.ANSWERED, Stages(floor=600, first=120))
    metrics.observe_talk("stopped", 9000, 1500, 2)
    after = read()
    changed = {name: after[name] - before.get(name, 0) for name in after}
    assert changed['medcor_turns_total{outcome="answered"}'] == 1
    assert changed['medcor_turn_stage_seconds_sum{stage="floor"}'] == pytest.approx(0.6)
    assert changed['medcor_turn_stage_seconds_count{stage="first"}'] == 1
    assert changed.get('medcor_turn_stage_seconds_count{stage="recogniser"}', 0) == 0
    assert changed["medcor_audio_lost_seconds_total"] == pytest.approx(1.5)
    assert changed['medcor_talks_total{reason="stopped"}'] == 1
