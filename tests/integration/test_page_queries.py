"""No page asks the database more often because there are more rows, and no list asks often."""

from __future__ import annotations

import pytest

from bench.bare_sql import Recorder
from bench.page_data import Size, build_clinic
from medcor.domain.permissions import Role
from medcor.extensions import db
from medcor.web.transaction import transaction
from tests.conftest import NOW
from tests.page_walk import PageUrl, client_for, first_actor, is_list, pages_for

MOST_FOR_A_LIST, MOST = 12, 20
# A few rows of each kind, and sixty; the first doctor and the first patient have many of them.
FEW = Size(
    doctors=3,
    patients=3,
    appointments=24,
    treatments=3,
    slots_a_day=1,
    days_ahead=6,
    recorded=1.0,
    regular=1.0,
)
MANY = Size(
    doctors=60,
    patients=60,
    appointments=900,
    treatments=60,
    slots_a_day=3,
    days_ahead=40,
    filled=0.05,
    recorded=1.0,
    regular=1.0,
)


@pytest.fixture()
def clinics(app) -> list[int]:
    """Ids of a small clinic and a larger one beside each other."""
    made = []
    for size in (FEW, MANY):
        db.session.remove()
        with transaction(None) as session:
            made.append(build_clinic(session, NOW, size))
    db.session.remove()
    return made


def queries(app, role: Role, clinic_id: int) -> dict[str, tuple[int, bool]]:
    """For each page of a role how many statements it sends, and whether it is a list."""
    client = client_for(app, first_actor(role, clinic_id))
    pages = [each for each in pages_for(role, app, clinic_id) if not each.is_variant]
    return {each.endpoint: _count(client, each) for each in pages}


def _count(client, page: PageUrl) -> tuple[int, bool]:
    recorder = Recorder()
    client.get(page.url)
    with recorder.listening(db.engine):
        recorder.begin()
        answer = client.get(page.url)
    assert answer.status_code == 200, page
    return recorder.asked(), is_list(answer.get_data(as_text=True))


def test_no_page_asks_more_often_when_rows_grow_and_no_list_asks_often(app, clinics):
    for role in Role:
        few, many = (queries(app, role, clinic_id) for clinic_id in clinics)
        assert set(few) == set(many)
        grown = {
            name: (few[name][0], many[name][0]) for name in few if many[name][0] > few[name][0]
        }
        assert not grown, role
        lists = {name: number for name, (number, listed) in many.items() if listed}
        assert len(lists) > 1, role
        assert not over(lists, MOST_FOR_A_LIST), role
        assert not over({name: number for name, (number, _) in many.items()}, MOST), role


def over(counted: dict[str, int], most: int) -> dict[str, int]:
    return {name: number for name, number in counted.items() if number > most}
