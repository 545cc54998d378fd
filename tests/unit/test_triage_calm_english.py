"""What sounds like an emergency in English and is none."""

from __future__ import annotations

import re

import pytest

from medcor.domain.triage import red_flag
from tests.said_lines import labelled

CALM: dict[str, str] = {
    "long ago": """
        I had a stroke two years ago, I need a check-up
        i had a stroke two years ago i need a check up
        I had a heart attack in 2015 and would like a follow-up
        I had a stroke two years ago and now I need a check-up
        I had a stroke last year, can I see the same doctor?
        i had a stroke last year can i see doctor smith again
        i had a heart attack two years ago and now im fine
        Two years ago I had a stroke. I want an appointment
        in 2019, I had a heart attack
        My dad had a stroke last year. Can he get implants?
        my mother died of a heart attack in 2010
        my father had a stroke when i was young
        I had a miscarriage in March, I need a follow-up
        i had a seizure five years ago
        I had an allergic reaction to penicillin as a child
        I had an allergic reaction to latex in 2018
        i fainted two years ago at the dentist
        i was stabbed ten years ago
        I need a checkup after having a stroke last year
        a year ago i had a mini stroke, i take medicine now
        I had a heart attack last year, I need help booking
        I had a heart attack last year can you help me find a doctor
        I had a stroke last year, can I come today?
        i had a stroke two years ago can i get a cleaning now
        i had a stroke two years ago is it safe to get an implant now
        I had a stroke two years ago and take aspirin now
        I had a heart attack last year. Now I need a tooth out.
        I had a seizure last year, it was my first one
        my mother had a stroke last year and she is back home
        I survived a heart attack three years ago
        I've recovered from a stroke
        had a stroke 2y ago
    """,
    "looked after": """
        my stroke patient leaflet
        i need the stroke patient leaflet
        stroke awareness talk
        stroke rehab appointment
        my stroke recovery follow up
        i need my seizure medication refill
        seizure medicine prescription
        I have been seizure free for five years
        how do i prevent a heart attack
        how can I prevent a stroke?
        how to avoid a stroke
        am i at risk of a heart attack
        my risk of stroke
        family history of heart attacks
        heart attack screening
        chest x-ray appointment
        can i get a chest x ray for my visa
        a chest scan on monday
        my breathing test results
        a breathing exercise class
        blood test tomorrow
        how are my blood results
        i lost a lot of weight and need a blood test
    """,
    "denied": """
        I have no chest pain
        i have no chest pain
        I don't have any chest pain
        I don’t have chest pain
        i dont have chest pain
        I have no trouble breathing
        i have no shortness of breath
        there is no chest pain
        I've never had a heart attack
        i never had a stroke
        I have never had a seizure
        without chest pain
        she has no difficulty breathing
        I haven't had a stroke
        he does not have chest pain
        this is not an emergency
        its not an emergency
    """,
    "figures of speech": """
        heart attack of work
        your prices gave me a heart attack
        i nearly had a heart attack when i saw the bill
        a stroke of luck
        at the stroke of midnight
        i'm dying to get my braces off
        i'd die for a white smile
        im dying of embarrassment
        my tooth is killing me
        my back is killing me
        my phone is dying
        killing time before my appointment
        I'm drowning in paperwork
        shoot me an email
        is this toy a choking hazard
        i am out of my mind with boredom
    """,
    "only alike": """
        i can't go on monday
        I can't go on the 5th
        i cant go on friday can we move it
        i cant talk right now
        I can't talk now, I'm at work
        i cant speak turkish
        he can't speak English
        she cant talk on the phone
        i want to end it at five
        my emergency contact is my wife
        update my emergency contact number
        i work as a paramedic
        i'm an ambulance driver
        i faint when i see needles
        my baby is coming too
        my lip is still numb after my filling
        how long will my face be numb after the anesthesia
        i can't breathe through my nose
        my gums bleed a lot when i floss
        i take 20 mg tablets every day
        i take twenty milligram tablets
        how many paracetamol can i take
        i took two painkillers this morning
        i had thirty tablets prescribed
        i need thirty more tablets
        allergy shots appointment
        i got my flu shot
        bad breath
        my breath smells
        our water pipe broke
        i fell and chipped my tooth
        my tooth fell out
        i lost my appointment card
        i can't see the time on the page
        i cant see my appointment
        i can't see you on monday
        i am bleeding a little after brushing
        dry mouth and sore gums
        my heart doctor asked for an ecg
        i have a heart appointment at nine
        one one two is my room number
        call me at nine
        can you call 5550911
        my father is a cardiologist
        my child has a fit note
    """,
    "all day long": """
        can i get an appointment for my chest xray results
        i had a stroke in 2018 what do i need to tell the dentist
        my heart medication makes my gums swell
        do you treat patients after a heart attack
        i take blood thinners can i get a tooth pulled
        my gums are bleeding when i brush my teeth
        i have high blood pressure
        is it normal that my lip is numb two hours after the filling
        my tooth broke
        im so tired of waiting
        i can't make it on monday
        i cannot come at five
        can i bring my baby with me
        my baby needs a check up
        im pregnant and need a cleaning
        i fell off my bike last week and chipped a tooth
        i need to cancel im stuck in traffic
        my back hurts
        i have a headache
        i have a sore throat
        my throat hurts
        i have a cold and a blocked nose
        can you prescribe my epipen refill
        i have asthma and need a check up
        i have asthma
        allergy appointment please
        i am allergic to penicillin and peanuts
        how long do i stay numb after the injection
        i bit my tongue
        i bit my lip
        my jaw clicks
        my lips are dry
        i have an ulcer on my tongue
        my tongue is white
        my face cream
        do you do face lifts
        botox for my face
        i want to lose weight
        my hand hurts
        my foot hurts
        weak teeth
        my teeth are weak
        i need a doctors note for work
        can i speak to a person
        i cant log in
        i can't find my appointment
        i cant hear you
        how much for a tooth extraction
        what is your address
        i lost my voice
        is there parking
        my mother wants an appointment
        my father has an appointment at ten
        we were in a car accident last year
        i broke my arm last year
        can you move it to another day
        i will be there in ten minutes
        i took an aspirin this morning
        i took two ibuprofen an hour ago
        i took my medicine
        should i take my blood pressure pills before the extraction
        i take ten different tablets a day
        can i have 20 tablets of my usual medicine
        i need the same doctor as last time
        is the doctor back from holiday
        im back pain patient
        kids are killing me
        i died laughing
        that price is a killer
        drop me a message
        shot of novocaine
        i hate the dentist
        i dont want to come anymore
        i dont want to go on that date
        i dont want to live chat
        no i do not want to be called
        i want to end the call
        end it
        please end the chat
        dont want this anymore
        life insurance
        is the emergency dentist open
        what is the emergency number of the clinic
        i have an emergency appointment tomorrow
        i had chest surgery two years ago
        my chest xray is ready
        who is the chest doctor
        i have a pressure cooker
        blood pressure and a chest x-ray
        my blood pressure is high and i want a chest x ray
        i want to be seen for numb gums
        can i have numbing gel
        will it be numb
        my filling feels funny
        my bite feels weird
        my mouth is dry
        i broke a tooth
        i need a crown for my broken tooth
        the tooth fairy
        swollen gums around my wisdom tooth
        my cheek is swollen
        my gum is bleeding a bit
        is a little bleeding normal after extraction
        can you stop the reminders
        stop calling me
        i need to speak to the doctor
        i cant speak to her on the phone
        i can't find the link
        i can't see the doctors list
        i cant see any times
        he cant come tomorrow
        she can't move the appointment
        please move my hand therapy appointment
        how long is the recovery
        i want to go home
        i want to live near the clinic
        i was born in 1990
        i was shot down by your receptionist
        i need a shot
        tetanus shot
        i fell in love with your clinic
        dying for a whiter smile
        my phone battery died
        my car died
        dead tooth
        i have a dead tooth
        i think the tooth is dead
        the nerve is dead
        can i get a painkiller prescription
        ten pills or twenty
        what painkillers can i take
        i ran out of pills
        i need my heart pills
        do i stop my aspirin before surgery
        i take aspirin 100 mg daily
        i took 400 mg ibuprofen
        i took 1000 mg paracetamol
        i took 500 milligrams of paracetamol twice
        twenty minutes late
        see you in thirty minutes
        i took the bus
        i took twenty minutes to get there
        i need a refill of my inhaler
        inhaler prescription
        i want breathing lessons
        i snore and stop breathing at night
        cpap appointment
        my son bumped his head last month
        my knee gave out
        poison ivy rash
        i ate something hot and burned my tongue
        my tongue is burned from coffee
        lip filler
        i want fuller lips
        my eyes are red
        eye test
        my leg is in a cast
        i have weakness for chocolate
        my baby is teething
        newborn check
        pregnancy test
        i am pregnant and want a check up
        pregnancy yoga
        maternity leave note
        call 555 1234
        my number is nine one one five five five two
        call me on 112 555 33 44
        emergency exit
        do you take emergencies
        emergency contact
        i was unconscious of the time
        hit me up
        i have never had a stroke
        no history of seizures
        i have epilepsy can i have anesthesia
        i am diabetic
        insulin dependent
        i use insulin
    """,
}
CASES = [said for said, _ in labelled(CALM)]


@pytest.mark.parametrize("said", CASES)
def test_it_is_no_alarm(said):
    assert red_flag(said) is None
    assert red_flag(said.upper()) is None
    assert red_flag(said.replace("'", "’")) is None
    assert red_flag(f"Hello. {said}. Thank you!") is None


@pytest.mark.parametrize("said", CASES)
def test_it_is_none_without_punctuation(said):
    assert red_flag(re.sub(r"[^\w\s-]", "", said.lower())) is None
