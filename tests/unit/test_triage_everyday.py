"""What people say to a clinic all day, in English: none of it is an alarm."""

from __future__ import annotations

import pytest

from medcor.domain.triage import red_flag
from tests.said_lines import sentences

HARMLESS = """
    I would like to book a dental cleaning.
    my tooth hurts
    I have just pain in my tooth
    I just have pain
    I have a toothache and I need to see a doctor.
    a blood test
    a lot of blood tests
    they took a lot of blood for the test
    I have high blood pressure
    severe blood pressure problems
    heart check
    a heart check-up please
    my heart rate
    breathing test appointment
    breathing exercises
    I want a stroke-prevention check-up
    stroke risk screening
    an appointment after my stroke two years ago
    I had a heart attack in 2019 and need a check-up
    I had a stroke last year
    two years ago I had a heart attack
    a check-up for heart attack risk
    as a child I had a seizure
    I'm dying to see the dentist
    I am dying to meet the doctor
    dying for a cleaning
    my gums bleed a little when I brush
    I can't come on Monday
    I can't move my appointment
    I cannot move my appointment to Tuesday
    can you hear me
    how long does it take
    stop
    please stop
    the second one
    next to the chest of drawers
    a chest x-ray
    my arm is broken, well, it was last year
    I want to die my hair
    I am going to a dietician
    I am going to diet
    I hurt myself playing football
    I hurt my knee
    I'm choosing the first one
    artichoke allergy
    an allergy test
    I have a severe allergy to penicillin
    I'm allergic to nuts
    a stroke of luck
    back stroke hurts my shoulder
    I can't breathe through my nose
    it's hard to breathe through my nose
    my face is still numb after the injection
    my lip is numb from the anaesthetic
    my crown collapsed
    the filling fell out
    emergency dentist
    do you have an emergency appointment
    is it an emergency dental clinic
    it's urgent
    I have an urgent question
    having a fitting for my crown
    I'm pregnant, can I have an x-ray
    I'm pregnant and I have a toothache
    my baby has a cold
    my baby is coming with me
    an appointment for my baby
    my son has a fever
    a pain in the neck
    I have pain in my back
    my knee hurts a lot
    I have a headache
    blood group
    I donate blood
    I take blood thinners
    heavy traffic today
    I feel much better
    numbers
    what number should I call
    is the doctor in
    yes
    no
    cancel it
    ten tablets of what
    I take two tablets a day
    how many pills may I take
    I have the flu
    can I have an appointment with the heart doctor
    shot
    I need a flu shot
    I got a shot in the arm yesterday
    my face cream
    I'm losing weight
    I lost my card
    I'm tired
    tired of waiting
    lips
    swollen gums
    my gum is swollen
    I want whiter teeth
    12345
    ...
"""
CALM = sentences(HARMLESS)


@pytest.mark.parametrize("said", [*CALM, ""])
def test_it_is_no_alarm(said):
    assert red_flag(said) is None
    assert red_flag(said.upper()) is None
