"""English red flags: said in many ways, misspelt, misheard, turned round, cut in two."""

from __future__ import annotations

import pytest

from medcor.domain.triage import Flag, red_flag
from tests.said_lines import labelled

SAID: dict[Flag, str] = {
    Flag.CHEST_PAIN: """
        I have chest pain
        I've got chest pains
        my chest hurts
        My chest feels really tight
        there is a pressure in my chest
        a terrible pain across my chest
        my chest is killing me with pain
        it hurts in the chest
        something heavy is on my chest
        there's an elephant sitting on my chest
        squeezing feeling in my chest
        burning in my chest
        I think it's a heart attack
        my dad is having a heart attack
        hart attack
        heartattack
        heart attach
        I have chess pain
        i have just pain
        chest pane
        cheast pain
        ches pain
        chest pian
        CHEST PAIN
        Chest... pain!
        no chest pain yet
        I would like a cleaning, and I have chest pain
        my heart hurts
        my heart has stopped
        he has no pulse
        cardiac arrest
        I need a chest pain appointment
        I had chest pain surgery consultation last year
        my husband has pain in his chest
        the chest of my wife hurts
    """,
    Flag.BREATHING: """
        I can't breathe
        I can’t breathe
        i cant breath
        I can not breathe
        I cannot breathe properly
        I kant breathe
        I cant breth
        I can't breethe
        I can't breahte
        I can't breed
        I can barely breathe
        I couldn't breathe last night
        it is hard to breathe
        breathing is hard
        I have difficulty breathing
        I have difficulties breathing
        I'm struggling to breathe
        I have trouble breathing
        my son has problems breathing
        shortness of breath
        I am short of breath
        I'm out of breath
        I can't catch my breath
        I can't get enough air
        I'm gasping for air
        she stopped breathing
        he is not breathing
        he isn't breathing
        he is choking
        my baby choked on a grape
        I am suffocating
        her lips are blue
        he is turning blue
        I'm having an asthma attack
        I can't breathe through my nose or my mouth
        it hurts to breathe
    """,
    Flag.STROKE: """
        my face is drooping
        the left side of his face dropped
        her mouth is crooked
        his smile is lopsided
        I think she has a stroke
        is this a stroke
        stroak
        my left arm went numb
        my arm is suddenly numb
        numbness in my left arm
        my leg went weak
        my right side is weak
        weakness on one side
        I can't feel my legs
        I can't move my left arm
        she can't lift her arm
        his speech is slurred
        he is slurring his words
        my words come out wrong
        I suddenly can't see
        suddenly I can't speak
        I lost my vision
        she is suddenly confused
        it's the worst headache of my life
        a sudden severe headache
        he is paralysed
        she is paralyzed on one side
    """,
    Flag.BLEEDING: """
        heavy bleeding
        I am bleeding a lot
        I'm bleeding heavily
        the bleeding won't stop
        my gum bleeds and it doesn't stop
        it won't stop bleeding
        I can't stop the bleeding
        there is so much blood
        I've lost a lot of blood
        there's blood everywhere
        blood is gushing out
        he is bleeding to death
        I am vomiting blood
        I'm throwing up blood
        coughing up blood
        blood in my vomit
        severe bleading
        a lot of blod
        the wound has been bleeding for hours
        he cut off his finger
    """,
    Flag.UNCONSCIOUS: """
        she passed out
        he is unconscious
        he's unconcious
        she is unconsious
        my father collapsed
        she collapsed on the floor
        my mother fainted
        I fainted twice today
        he won't wake up
        I can't wake her up
        she's not waking up
        he is unresponsive
        he isn't responsive and not responding
        she lost consciousness
        he blacked out
    """,
    Flag.SEIZURE: """
        he has a seizure
        she is having a siezure
        seazure
        my child has convulsions
        he is having a fit
        an epileptic fit
        she's shaking uncontrollably and not talking
    """,
    Flag.ALLERGY: """
        my throat is swelling
        my throat is closing
        my tongue is swollen
        swollen lips
        my lips swelled up
        my face is swelling up
        a severe allergic reaction
        I'm having an allergic reaction
        alergic reaction
        anaphylaxis
        anafilaxis
        anaphylactic shock
        I'm having a bad allergy attack
        she used her epipen
    """,
    Flag.OVERDOSE: """
        I took too many pills
        an overdose
        I overdosed
        he over dosed
        overdoze
        she swallowed a whole bottle of pills
        I took twenty sleeping pills
        I took all my tablets
        took 40 paracetamol
        he drank bleach
        I think I was poisoned
        carbon monoxide
        too much insulin
    """,
    Flag.SELF_HARM: """
        I want to kill myself
        I'm going to kill myself
        I don't want to live
        I do not want to live anymore
        I don't want to be here anymore
        I want to die
        I wanna die
        I feel suicidal
        I'm thinking of suicide
        sucide
        I want to end my life
        I want to end it all
        I'm better off dead
        I wish I was dead
        I want to hurt myself
        I keep cutting myself
        there is no reason to live
        I can't go on living like this, no reason to go on
        I have nothing to live for
        I'm going to hang myself
        I will jump off a bridge
        he wants to kill himself
        I took pills because I want to die
    """,
    Flag.PREGNANCY: """
        I'm pregnant and bleeding
        I am 30 weeks pregnant and I have blood
        bleeding and I'm pregnant
        my water broke
        my waters have broken
        I am having contractions
        my wife is in labour
        she's going into labor
        the baby is coming
        my baby isn't moving
        the baby stopped moving
        I can't feel the baby
        I think I'm having a miscarriage
        pregnant with severe pain
    """,
    Flag.BABY: """
        my baby is limp
        my baby is blue
        the newborn won't wake
        my baby is floppy and grey
        my newborn has a fever
        my three week old has a fever
        my son swallowed a battery
        my toddler is unresponsive
    """,
    Flag.INJURY: """
        I was stabbed
        he got shot
        he hit his head and is vomiting
        she fell from the roof
        electric shock
        I have a severe burn
        we just had a car accident
    """,
    Flag.EMERGENCY: """
        call an ambulance
        I need an ambulence
        this is an emergency
        it's an emergency
        it's a medical emergency
        call 911
        I'm dying
        I am dying
        my father is dying
        please save his life
    """,
}
ALARMS = labelled(SAID)


@pytest.mark.parametrize(("said", "flag"), ALARMS, ids=[said for said, _ in ALARMS])
def test_it_is_an_alarm(said, flag):
    assert red_flag(said) is flag
    assert red_flag(said.upper()) is flag
    assert red_flag(f"  uhm, {said} please!! ") is not None
    assert red_flag(f"hello, I would like to book a cleaning. {said}. thank you") is not None


@pytest.mark.parametrize(
    ("first", "second", "flag"),
    [
        ("my chest", "hurts a lot", Flag.CHEST_PAIN),
        ("I can't", "breathe", Flag.BREATHING),
        ("I have a pain", "in my chest", Flag.CHEST_PAIN),
        ("it won't", "stop bleeding", Flag.BLEEDING),
        ("I took too many", "sleeping pills", Flag.OVERDOSE),
        ("I want to", "kill myself", Flag.SELF_HARM),
        ("my left arm", "is numb", Flag.STROKE),
        ("call an", "ambulance", Flag.EMERGENCY),
        ("I want a cleaning", "on Monday", None),
        ("my tooth", "hurts a lot", None),
        ("a chest x-ray", "on Monday please", None),
    ],
)
def test_a_sentence_may_be_cut_over_two_turns(first, second, flag):
    assert red_flag(second, first) is flag


def test_what_was_answered_already_is_no_alarm_again():
    assert red_flag("what time is it", "I have chest pain") is None
    assert red_flag("my chest still hurts", "I have chest pain") is Flag.CHEST_PAIN


def test_a_very_long_turn_is_read_in_a_moment():
    from time import perf_counter

    began = perf_counter()
    for word in ("i", "my", "chest", "so very", "cant"):
        red_flag(f"{word} " * 400)
    assert perf_counter() - began < 1.0
