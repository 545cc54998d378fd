"""No dose, no diagnosis and no comfort from a model to a patient; everything else may be said."""

from __future__ import annotations

import pytest

from medcor.domain.dialogue.medical import medical_claims
from medcor.services.assistant.grounding import Grounding

DOSES = """
    Take two tablets.
    You can take 500 mg.
    Use 10 ml twice a day.
    Take ibuprofen for the pain.
    One pill every six hours should help.
    400mg ibuprofen
    Take half a tablet in the evening.
    Start with 5 drops.
    Stop taking your antibiotics.
    You should take some painkillers.
    The dose is higher for adults.
    Use it three times a day.
    Günde iki tablet alın.
    Günde üç kez kullanın.
    500 mg parol alabilirsiniz.
    Sekiz saatte bir bir tablet.
    İki damla damlatın.
    Ağrı kesici alın.
    Antibiyotik kullanmalısınız.
    Tok karnına bir kapsül.
"""
DIAGNOSES = """
    You have an infection.
    You probably have an abscess.
    It sounds like gingivitis.
    It sounds like an infection.
    This could be a migraine.
    It looks like you have a cavity.
    That is an allergic reaction.
    Your tooth is infected.
    These are signs of diabetes.
    You may have a broken bone.
    It seems to be appendicitis.
    Sizde enfeksiyon var.
    Bu iltihap olabilir.
    Muhtemelen apse olmuş.
    Migren gibi görünüyor.
    Bu bir alerji.
    Dişinizde çürük var.
"""
COMFORTS = """
    It is nothing serious.
    There is nothing to worry about.
    No need to worry.
    That is completely normal.
    It is not dangerous.
    You will be fine.
    It will go away on its own.
    You don't need to see a doctor.
    It isn't an emergency.
    Ciddi bir şey değil.
    Endişelenecek bir şey yok.
    Endişelenmenize gerek yok.
    Bu gayet normal.
    Tehlikeli değil.
    Kendiliğinden geçer.
    Doktora gitmenize gerek yok.
"""
HARMLESS = """
    You have an appointment on Monday at 10:00.
    You have 2 appointments.
    I have these free times: 1. Monday at 09:00 with Dr. Ayşe Kaya.
    Dental Cleaning costs €90.00 and takes 30 minutes.
    It sounds like you would like to book a cleaning.
    I can't give medical advice.
    I can't give a diagnosis, but a doctor can.
    I can't say how much medicine you should have; a doctor can.
    Shall I look for a free time?
    We are open from 09:00 to 17:00.
    These are the normal opening hours.
    Don't worry, I can find another time.
    Please bring your medication list.
    The clinic offers an allergy test.
    Which doctor would you like?
    You can cancel up to 24 hours before.
    The appointment takes an hour.
    I am sorry to hear that. I can book you an appointment with a doctor.
    Would you like an appointment for your infection?
    If it is urgent, please call the clinic.
    You can come twice this week.
    Randevunuz pazartesi günü saat 10:00.
    Diş temizliği 90,00 € ve 30 dakika sürer.
    Tıbbi tavsiye veremem.
    Teşhis koyamam, bunu bir doktor yapabilir.
    Hangi doktoru istersiniz?
    Alerjiniz var mı?
    İki boş saat var.
    Günde kaç randevu olduğunu bilmiyorum.
    Geçmiş olsun. Size bir randevu alabilirim.
    Klinik hafta içi açık.
"""


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.strip().splitlines()]


@pytest.mark.parametrize("said", lines(DOSES))
def test_a_dose_is_found(said):
    assert "dose" in {kind for kind, _ in medical_claims(said)}
    assert Grounding().objection(said)


@pytest.mark.parametrize("said", lines(DIAGNOSES))
def test_a_diagnosis_is_found(said):
    assert "diagnosis" in {kind for kind, _ in medical_claims(said)}
    assert Grounding().objection(said)


@pytest.mark.parametrize("said", lines(COMFORTS))
def test_comfort_is_found(said):
    assert "reassurance" in {kind for kind, _ in medical_claims(said)}
    assert Grounding().objection(said)


@pytest.mark.parametrize("said", lines(HARMLESS))
def test_what_an_assistant_says_all_day_may_be_said(said):
    assert medical_claims(said) == []


def test_what_the_database_gave_may_be_said_and_no_more():
    grounding = Grounding()
    grounding.allow_given('[{"name": "Vitamin C 500 mg", "price": "EUR 60.00"}]')
    assert grounding.objection("Vitamin C 500 mg costs EUR 60.00.") == ""
    assert grounding.objection("Take Vitamin C 500 mg twice a day.") == "dose"
    assert grounding.objection("Vitamin C 250 mg costs EUR 60.00.") == "dose"


def test_what_a_person_said_backs_no_dose():
    grounding = Grounding()
    grounding.allow("May I take 500 mg ibuprofen?")
    assert grounding.objection("You may have 500 mg.") == "dose"


def test_a_doctor_is_told_what_the_records_say():
    assert Grounding().objection("Last time: caries, 500 mg twice a day.", to_patient=False) == ""
