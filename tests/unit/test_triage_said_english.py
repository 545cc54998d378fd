"""English red flags as people type them in a hurry and as a recogniser writes them down."""

from __future__ import annotations

import re

import pytest

from medcor.domain.triage import Flag, red_flag
from tests.said_lines import labelled

SAID: dict[Flag, str] = {
    Flag.CHEST_PAIN: """
        my chest is so tight right now
        ive got this crushing feeling in my chest
        feels like someone is standing on my chest
        its like an elephant on my chest
        there is a weight on my chest
        pains in my chest going down my arm
        my chest is on fire
        chest pressure that wont go away
        im having a heart attack
        i think im having a hard attack
        hes clutching his chest
        a sharp pain behind my breastbone
        it feels like a tight band around my chest
        my left arm hurts and my jaw too
        my heart stopped beating
        chest hurts when i breathe
        I'm having a heart attack, I had one last year
        I had a heart attack last year and I have it again
        i had a heart attack last year and this feels the same
        my husband says his heart is hurting
        we think dad had a heart attack just now
        I don’t feel right, there’s a pain in my chest
        i have no chest pain but my chest is tight
        i have no chest pain but i cant breathe
    """,
    Flag.BREATHING: """
        I can't take a deep breath
        i cant take deep breaths
        i cant get my breath
        i cant get a breath in
        cant hardly breathe
        i am having a hard time breathing
        im not able to breathe right
        she is struggling for breath
        my inhaler is not working and i cant breath
        hes choking on a piece of meat
        something is stuck in my throat and i cant breathe
        food is stuck in his throat
        my airway is closing
        i keep gasping for air
        hes stopped breathing
        my breathing is getting worse
        she is wheezing badly and the inhaler does nothing
        i feel like im suffocating
        his lips are turning blue
        im running out of air
        i cant get air in
        struggling to breath
        my nose is broken and i cant breathe
        I can't breathe through my nose. I can't breathe at all
        he has no chest pain, he is just struggling to breathe
    """,
    Flag.STROKE: """
        he can't speak
        she cant talk
        my husband cannot speak all of a sudden
        i cant speak
        i cant speak. im pregnant and need help
        she cant talk today
        half of my face is numb
        one side of my body went numb
        the left side of my body feels weak
        my mums face has dropped on one side
        his face is droopy
        hes talking gibberish
        her speech is all garbled
        her words are not making sense
        i cant move my right side
        i went blind in one eye
        i cant see out of my left eye
        lost vision in my left eye
        his arm wont move
        i think this is a stroke check my face
        I think this is a stroke, check my face
        I'm having a stroke. Clinic please help
        im having a stroke clinic please help
        i had a stroke last year and its happening again
        worst headache ive ever had
        a thunderclap headache
        my grandma is suddenly very confused
        a mini stroke i think
        my face is numb and drooping after the dentist
        my face is numb after the dentist and droopy
        my lip is numb after the filling and i cant speak
        i had a stroke two years ago and now my left arm is numb
    """,
    Flag.PREGNANCY: """
        im 20 weeks pregnant and bleeding
        my waters just broke
        my water just broke
        i think im in labor
        contractions are five minutes apart
        my wife is giving birth right now
        i havent felt the baby move today
        havent felt the baby kick since yesterday
        i am pregnant and i fell down the stairs
        i think im losing the baby
        the baby is coming now
        the babys head is coming out
        pregnant with a really bad headache and blurry vision
        pregnant and spotting
        she is pregnant and passed out
    """,
    Flag.BABY: """
        my baby wont wake up
        my newborn is very floppy
        my two week old has a temperature
        my daughter swallowed a button battery
        my little boy swallowed a magnet
        my infant isnt responding
        the baby has gone all limp
        my newborn wont feed
        my 6 week old has a fever of 39
        my baby fell on his head
        my baby is grey and cold
        my baby fell off the changing table
    """,
    Flag.BLEEDING: """
        im bleeding like crazy
        cant stop the blood
        the blood wont stop
        blood is spraying everywhere
        my nose has been bleeding for an hour and wont stop
        im coughing up blood
        he threw up blood
        she is vomiting bright red blood
        theres loads of blood
        im soaked in blood
        blood is pouring out of my mouth
        i pulled a tooth and it keeps bleeding nonstop
        the bleeding does not stop after my extraction
        i keep spitting blood
        he cut his finger off
        he is bleeding out
        the wound is gushing blood
        it keeps bleeding and bleeding
    """,
    Flag.UNCONSCIOUS: """
        hes passed out on the floor
        my wife is not waking up
        i cant wake my husband
        she isnt responding to me
        he just dropped to the floor
        my dad fell and is not getting up
        he fell down and wont get up
        grandma is unresponsive
        i keep passing out
        i think im going to pass out
        im about to faint
        i fainted this morning
        he is out cold
        my son collapsed at school
        she lost conciousness
        he got knocked out
        she is lying on the floor not moving
        i fainted last year and i fainted again
    """,
    Flag.SEIZURE: """
        My son is having a seizure. Medicine does not help
        my son is having a seizure medicine does not help
        my daughter is having a seizure right now
        I had a seizure a month ago and now it is happening again
        i had a seizure last month and its back
        hes having convulsions
        shes seizing
        he is having a fit and his medicine does not help
        his eyes rolled back and he is shaking
        he is foaming at the mouth
        she is jerking all over
        another seizure just started
        she wont stop shaking
        he is having a caesar
        seizure, check on him please
    """,
    Flag.ALLERGY: """
        I'm having an allergic reaction, medicine doesn't help
        im having an allergic reaction medicine doesnt help
        my throat feels like its closing up
        i was stung by a bee and my face is swelling
        my tongue is getting bigger
        hives all over and my lips are puffy
        im allergic to peanuts and i just ate some
        anaphylactic reaction
        im having a bad reaction to the antibiotic
        i need an epi pen
        wheres my epipen
        my lip is swelling after the injection
        my eyes are swollen shut
        my throat is tightening
        my tongue is so swollen
        i had an allergic reaction last year and its the same again
    """,
    Flag.OVERDOSE: """
        took 20 paracetamols
        I swallowed 40 ibuprofens
        i took the whole bottle
        i took way too many pills
        my daughter ate my blood pressure pills
        he drank drain cleaner
        i took thirty tylenol
        she swallowed a bunch of pills
        i took all of my sleeping tablets
        i took twenty five pills
        i took fifteen painkillers
        a lot of pills and alcohol
        i accidentally took a double dose of insulin
        i injected too much insulin
        i took fifty aspirin
        i think ive been poisoned
        i took a whole pack of ibuprofen
        i took all my meds at once
        i took a weeks worth of pills
        i took a dozen sleeping pills
        i took like 30 of my pills
        i smell gas and im dizzy
    """,
    Flag.SELF_HARM: """
        I don't wanna live anymore
        I don't wanna be here anymore
        I dont wanna be alive
        i dont want to be here any more
        life is not worth living
        my life isnt worth living
        i want to die to get away from it all
        theres no point living anymore
        im thinking about ending it all
        i want to kill my self
        everyone would be better off without me
        im gonna jump off the bridge
        i wish i wasnt alive
        i wish i was never born
        i dont see the point of living
        i dont see a reason to live
        ive been cutting myself again
        im going to take my own life
        ive got a plan to end my life
        i cant do this anymore
        im going to take all my pills and die
        i hate my life and want to die
        i wanna kms
        I’m not gonna be alive tomorrow
        i want to go to sleep and never wake up
        i cant go on
        i dont want to exist anymore
    """,
    Flag.INJURY: """
        i got stabbed in the leg
        someone shot my brother
        my brother was shot
        he fell off a ladder and hit his head
        she fell down the stairs and hit her head
        i was hit by a car
        ive just been run over
        we crashed the car
        i burned my face with boiling water
        hot oil spilled on me
        the bone is sticking out
        i got an electric shock
        i hit my head and im seeing double
        i hit my head and keep throwing up
        i got bleach in my eyes
        a snake bit me
    """,
    Flag.EMERGENCY: """
        call nine one one
        call 9 1 1
        call 9-1-1
        dial nine nine nine
        please call one one two
        someone call 999
        please send an ambulance
        its an emergency please help
        this is life threatening
        i think im gonna die
        hes gonna die
        i feel like im dying
        help im dying
        my mother is dying
        he is dying from the pain
        get me a paramedic
        i need emergency help now
        i need to go to the emergency room now
        i think hes dead
    """,
}
ALARMS = labelled(SAID)


@pytest.mark.parametrize(("said", "flag"), ALARMS, ids=[said for said, _ in ALARMS])
def test_it_is_an_alarm(said, flag):
    assert red_flag(said) is flag
    assert red_flag(said.upper()) is flag
    assert red_flag(said.replace("'", "’")) is flag


@pytest.mark.parametrize(("said", "flag"), ALARMS, ids=[said for said, _ in ALARMS])
def test_it_is_one_without_punctuation(said, flag):
    assert red_flag(re.sub(r"[^\w\s-]", "", said.lower())) is flag


@pytest.mark.parametrize(("said", "flag"), ALARMS, ids=[said for said, _ in ALARMS])
def test_it_is_one_beside_harmless_words(said, flag):
    assert red_flag(f"hello, i need an appointment. {said}. thank you") is not None
    assert red_flag(f"um hi {said.lower()} okay") is not None
    assert red_flag(f"I had surgery two years ago. {said}") is not None


def test_every_flag_has_a_table():
    assert set(SAID) == set(Flag)
    assert all(len(lines.strip().splitlines()) >= 10 for lines in SAID.values())
