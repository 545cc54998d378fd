"""Find what an assistant must not say to a patient: doses, diagnoses, and that all is well.

Read over folded words in English and Turkish alike. A sentence too many that is held back costs an
answer in other words; one that is let through may be followed.
"""

from __future__ import annotations

import re

from .text import fold

_NUMBER = (
    r"(\d+([.,]\d+)?|half( an?)?|an?|one|two|three|four|five|six|eight|ten|yarim|bir|iki|uc"
    r"|dort|bes"
    r"|alti|sekiz|on|tek)"
)
_UNIT = (
    r"(mg|mcg|milligrams?|micrograms?|gr?|grams?|ml|cc|millilit(er|re)s?|iu|drops?|puffs?"
    r"|tablets?"
    r"|pills?|capsules?|sachets?|teaspoons?|tablespoons?|spoonfuls?|doses?|ampoules?|miligram"
    r"|gram"
    r"|mililitre|hap|kapsul|damla|olcek|kasik|fis|puf|doz|ampul|tablet)"
)
_OFTEN = (
    r"(once|twice|thrice|two times|three times|four times|\d+ times|three or four times)"
    r" (a|per|each|every) (day|week)|every (\d+|two|three|four|six|eight|twelve) hours|once daily"
    r"|twice daily|three times daily|gunde (bir|iki|uc|dort|bes|\d+)( (kez|defa|kere|sefer|tane"
    r"|adet|doz))?"
    r"|(\d+|iki|uc|dort|alti|sekiz|on iki|oniki) saatte bir|sabah aksam (bir|birer|iki|\d+)"
    r"|(tok|ac) karnina|before meals|after meals|on an empty stomach"
)
_DRUG = (
    r"(ibuprofen|paracetamol|aspirins?|antibiotics?|amoxicillin|penicillin|painkillers?|parol"
    r"|arveles"
    r"|apranax|majezik|augmentin|metamizole?|naproxen|diclofenac|omeprazole|insulin|cortisone"
    r"|steroids?"
    r"|antihistamines?|tranquilli[sz]ers?|antidepressants?|ilac\w*|agri kesici\w*|antibiyotik\w*"
    r"|aspirin\w*|tablets?|pills?|medicines?|medication|acetaminophen|tylenol)"
)
DOSES: tuple[str, ...] = (
    rf"{_NUMBER} ?{_UNIT}",
    _OFTEN,
    r"(take|taking|use|swallow|try|start|stop taking|stop|increase|reduce|double) (\w+"
    rf" ){{0,3}}{_DRUG}",
    rf"{_DRUG} (\w+ )?(al|ic|kullan|birak|basla)(in|iniz|abilirsin\w*|malisin\w*|manizi|arak"
    r"|irsaniz"
    r"|abilir|mayin|mayi|yin)",
    r"(dose|dosage) (is|of|should)|dozu (\w+ )?(\d+|artir|azalt|dur)\w*",
)

_CONDITION = (
    r"(infection|infected|inflammation|inflamed|abscess|cavity|cavities|caries|decay|flu|covid"
    r"|virus"
    r"|migraines?|diabetes|hypertension|cancer|tumou?r|anxiety|depression|ulcer|reflux|fracture"
    r"|fractured|broken bone|angina|sprain|sprained|disease|condition|disorder|syndrome"
    r"|deficiency"
    r"|allergy|allergic|concussion|pneumonia|heart attack|stroke|arrhythmia|asthma|poisoning"
    r"|stones?"
    r"|blood clot|thrombosis|hernia|fever|a cold|common cold|pulled muscle|food poisoning"
    r"|inflamation"
    r"|\w{3,}(itis|emia|aemia|oma|pathy|algia|osis(?<!diagnosis)))"
)
_MAYBE = (
    r"((probably|likely|possibly|maybe|may|might|could|must|seem to|appear to|clearly"
    r"|definitely|certainly"
    r"|most likely|just|only|almost certainly) )*"
)
_TR_CONDITION = (
    r"(enfeksiyon|iltihap|apse|curuk|curug|grip|soguk alginligi|migren|kanser|tumor|ulser"
    r"|gastrit|reflu"
    r"|bronsit|zaturre|sinuzit|bademcik|kirik|catlak|fitik|diyabet|seker hastaligi|tansiyon"
    r" hastaligi"
    r"|depresyon|anksiyete|anemi|kansizlik|virus|hastalik|hastaligi|sendrom\w*|burkulma"
    r"|zehirlenme"
    r"|kalp krizi|felc|astim|alerji|egzama|mantar|dis eti hastaligi|bobrek tasi|pihti)\w*"
)
DIAGNOSES: tuple[str, ...] = (
    rf"(you|your \w+|this|it|that|he|she) {_MAYBE}(have|has|had|got|suffer from|is|are|be"
    r"|suffering from"
    rf"|having|developed|caught) {_MAYBE}(an? |the |some |from )?(\w+ ){{0,2}}{_CONDITION}",
    r"(sounds|looks|seems|appears|sound|look|points|pointing) (very |a lot |much )?(like|to be"
    r"|to|as if)"
    rf" (you have |its |it is )?(an? |some |the )?(\w+ ){{0,2}}{_CONDITION}",
    r"(sounds|looks|seems) (infected|inflamed|broken|serious|harmless|normal|benign|fine"
    r"|dangerous)",
    r"(symptoms?|signs?) (of|for|suggest|indicate|point to|are typical) (an? )?(\w+"
    rf" ){{0,2}}{_CONDITION}",
    r"(my|the) diagnosis is|you are diagnosed|i diagnose|diagnosed you with",
    rf"{_TR_CONDITION} (\w+ )?(var|olmus\w*|olabilir\w*|gibi|olmali\w*|geciriyor\w*|gecirmis\w*"
    r"|belirtisi\w*"
    r"|basliyor|baslangici)(?! (mi|mu|midir))",
    r"(sizde|sende|bu|muhtemelen|buyuk ihtimalle|galiba|sanirim) (\w+"
    rf" ){{0,2}}{_TR_CONDITION}(?! (mi|mu))",
    r"(teshis|tani)(niz|m|iniz|mi)? (su|budur|koyuyorum|\w+ olarak)|\w+ hastasisiniz",
)
REASSURANCES: tuple[str, ...] = (
    r"(nothing|not|isnt|is not|arent|are not) (\w+ )?(serious|dangerous|life threatening|to"
    r" worry about"
    r"|to be worried about|alarming|harmful|an emergency)",
    r"(no|not any|without) (need|reason|cause) (to|for) (worry|concern|panic|alarm)",
    r"(is|are|its|thats|that is|perfectly|completely|totally|quite|absolutely) (perfectly "
    r"|completely "
    r"|totally |quite |absolutely |very )?(harmless|normal(?! (hours|opening|price|working"
    r"|business|visit"
    r"|appointment|fee)))",
    r"(you|you will|youll|it will|itll|everything will|everything is) (\w+ )?(be fine|be ok|be"
    r" okay|be all"
    r" right|be alright|heal|get better|go away|pass on its own|is fine)",
    r"(go|goes|pass|passes|heal|heals|clear up|get better) (away )?(by itself|on its own|by"
    r" themselves)",
    r"(you )?(dont|do not) need (to see )?(a |the |any )?(doctor|dentist|treatment|ambulance"
    r"|hospital)",
    r"ciddi (bir (sey|durum) )?(degil|yok)|ciddi bir (sey|durum) yok|tehlikeli (bir sey )?degil",
    r"(endiselenecek|merak edilecek|merak edecek|korkulacak|korkacak) (bir )?(sey|durum) (yok"
    r"|degil)",
    r"(endiselenmenize|endise etmenize|korkmaniza|merak etmenize|doktora gitmenize|hastaneye"
    r" gitmenize"
    r"|tedaviye) gerek (yok|duymayin)",
    r"(gayet|tamamen|cok|oldukca|son derece) normal|normaldir|zararsiz\w*",
    r"kendiliginden (gecer|gececek\w*|iyilesir|duzelir|kaybolur)|(iyi olacaksiniz|gecmis olacak"
    r"|iyilesirsiniz)",
    r"onemli bir (sey|durum) (degil|yok)|acil (bir )?(durum )?degil",
)
_KINDS = tuple(
    (kind, tuple(re.compile(rf"\b(?:{each})\b") for each in patterns))
    for kind, patterns in (
        ("dose", DOSES),
        ("diagnosis", DIAGNOSES),
        ("reassurance", REASSURANCES),
    )
)


def medical_claims(text: str) -> list[tuple[str, str]]:
    """Each such thing in ``text``: its kind (dose, diagnosis, reassurance) and the folded words."""
    said = _plain(text)
    return [
        (kind, found.group(0))
        for kind, patterns in _KINDS
        for pattern in patterns
        for found in pattern.finditer(said)
    ]


def _plain(text: str) -> str:
    folded = fold(text).replace("'", "")
    return " ".join(re.findall(r"\d+(?:[.,]\d+)?|[a-z]+", folded))
