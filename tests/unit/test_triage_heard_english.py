"""More English red flags, written down after the phrases were, to see what they miss."""

from __future__ import annotations

import pytest

from medcor.domain.triage import Flag, red_flag
from tests.said_lines import labelled

HEARD: dict[Flag, str] = {
    Flag.SELF_HARM: """
        i want to kill myself
        i feel like killing myself
        i dont want to live
        i have been thinking about suicide
        i dont want to be alive anymore
        im going to end my life tonight
        i wish i were dead
        im better off dead
        i cant live like this anymore
        i want to hurt myself
        my friend says she wants to die
        cut my wrists
        i slit my wrist
        life isnt worth it anymore
        i dont want to wake up tomorrow
        no one would miss me if i died
        i am going to jump
        goodbye forever i am ending it tonight
        swallowed pills i want to die
        i dont feel like living anymore
        i have no reason to live
        i want it all to end
        i am suicidal
        i am going to hurt myself
        i keep thinking about dying
        im planning to kill myself
        i have a gun and im going to shoot myself
        i cut my wrists
        i tried to kill myself last night
        i wish i could just die
        my daughter wants to kill herself
    """,
    Flag.CHEST_PAIN: """
        my chest is hurting real bad
        i got bad pains across my chest and im sweating
        dad is grabbing his chest and looks grey
        chest feels heavy like somethings pressing on it
        i feel pressure in the middle of my chest
        my chest pain came back
        i think its my heart it hurts
        im having palpitations and chest tightness
        i am breathless and my chest is tight
        i'm having a heart attack right now
        i had a heart attack two years ago and now my chest hurts
        chest is really really tight
        there is something really heavy sitting on my chest
        my heart is racing and im about to pass out
        my chest has been hurting all morning
        i have a stabbing pain in my chest
        pain in the left side of my chest
        my chest feels like its going to explode
        i have pain in my chest and shoulder
        my heart feels like its going to stop
        really bad heartburn and my arm hurts and im sweating
        i had a heart attack 2 years ago now i have the same pain
        i have had heart attacks in the past and i think this is one
        i am having another heart attack like two years ago
    """,
    Flag.BREATHING: """
        can't breath help
        hes not breathing properly
        she cant get her breath back
        my son swallowed a toy and hes choking
        its getting hard to breathe
        i woke up and couldnt breathe
        difficulty in breathing since yesterday
        my face is swollen and i cant breathe
        my baby isnt breathing
        my baby has turned blue
        ı can't breathe
        I cant breathe!!!
        need help my dad cant breath
        i cant catch a breath
        i cant breathe well
        im suffocating
        cant breathe and my lips are blue
        my daughter cant breathe she has asthma
        asthma attack
        my breathing is really bad
        i find it hard to breathe
        breathing problems
        trouble breathing
        hard to breath
        my newborn isnt breathing right
        hives and cant breathe
    """,
    Flag.STROKE: """
        my moms face looks droopy
        my face is falling on one side
        i cant feel my left side
        my left hand has gone numb and i cant talk right
        my husbands speech is slurred
        my wife suddenly cant speak
        i suddenly lost vision
        he is confused and cant lift his arm
        my right leg is weak all of a sudden
        shes having a stroke
        i had a stroke last week and my face is numb again
        two years ago i had a stroke and i think its happening now
        my mother had a stroke in 2019 and now she cant speak
        he cant move his arm and his mouth is crooked
        one side of her face is not moving
        his mouth is drooping
        she cant move one side
        my arm suddenly feels weak
        his left side is not working
        my mum is not making sense
        i cant feel my arm
        half my body is numb
        stroke symptoms
        he cannot talk and his arm is weak
        my vision went black
        suddenly cant see anything
        i had a stroke in march and it is coming back
    """,
    Flag.PREGNANCY: """
        im pregnant and im bleeding a lot
        im 38 weeks and my water broke
        im pregnant and i cant feel my baby move
        my wife is going into labor
        i am 8 months pregnant and having strong contractions
        pregnant and having bad stomach pain
        i think i am having a miscarriage
        the baby has stopped kicking
    """,
    Flag.BABY: """
        baby wont wake up
        my newborn has a fever of 38 5
        my baby swallowed a coin
        my baby is lifeless
        baby swallowed bleach
    """,
    Flag.BLEEDING: """
        there is blood coming out of my mouth and it wont stop
        my tooth socket wont stop bleeding
        im losing a lot of blood
        the bleeding is really heavy
        i keep vomiting blood
        blood keeps pouring out
        i cut myself really deep and its gushing blood
        i cant stop bleeding
        blood everywhere
        my mouth is full of blood
        it bleeds and bleeds it wont stop
        i had a tooth out and the bleeding wont stop
        bleeding heavily after extraction
        nosebleed that wont stop
    """,
    Flag.UNCONSCIOUS: """
        my mum collapsed
        my dad just collapsed and hes not moving
        he is not responding
        i cant wake up my son
        she fainted and hit her head
        my grandpa is unconscious on the floor
        someone fainted in the waiting room
        my daughter is shaking and wont wake up
        he has passed out
        shes unconscious but breathing
        my dad wont wake
        im feeling faint and about to pass out
        he just went limp
        person collapsed
    """,
    Flag.SEIZURE: """
        he is fitting
        my son has had a seizure
        i think he had a seizure just now
        my son had a seizure last year and he is having one now
        my baby had a seizure
        he is having a seizure and i dont know what to do
        fit wont stop
        convulsing
        my old seizures are back i had them last year
    """,
    Flag.ALLERGY: """
        i ate peanuts and my throat is closing
        my tongue is swelling up
        i got stung and my lips are swelling
        severe allergic reaction to the antibiotic you gave me
        my throat is closed i cannot swallow
        my face is swelling fast
        my throat is swelling after the antibiotic
        im having an allergic reaction to the anesthetic
        i think im in anaphylactic shock
        last year i had an allergic reaction and now my throat is swelling
    """,
    Flag.OVERDOSE: """
        i took a whole bottle of tylenol
        i swallowed a lot of pills
        i took 30 pills an hour ago
        my son drank bleach
        i took too much of my medication
        i overdosed on my meds
        took all my pills
        i drank a bottle of bleach
        my kid ate a battery
        i just took 25 ibuprofen
        took like fifty of my antidepressants
        i accidentally took too many painkillers
        took two boxes of paracetamol
        i took 16 paracetamol
        i ate rat poison
        i drank some cleaning fluid
        i have taken an overdose
        ive overdosed
    """,
    Flag.INJURY: """
        i was stabbed
        i fell off a roof
        ive been in a car accident just now
        i was shot in the leg
        i got hit by a car
        fell down the stairs hit my head and im bleeding
        ive been stabbed
        my arm is broken the bone is out
        i have a severe burn on my arm
        electric shock
    """,
    Flag.EMERGENCY: """
        i need an ambulance
        send an ambulance please
        call 911 please
        its an emergency
        im dying please help me
        i feel like dying
        somebody call an ambulance
        can you call me an ambulance
        please call emergency services
        i need help im dying
        i think i am dying
        my husband is dying
    """,
}
ALARMS = labelled(HEARD)


@pytest.mark.parametrize(("said", "flag"), ALARMS, ids=[said for said, _ in ALARMS])
def test_it_is_an_alarm(said, flag):
    assert red_flag(said) is flag
    assert red_flag(said.upper()) is flag
    assert red_flag(f"{said}. I had a stroke two years ago.") is not None
