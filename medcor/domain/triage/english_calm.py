"""English words that only sound like a red flag, over folded words in which " . " is a border.

A border stands for every full stop, comma, question mark and line break. No pattern here crosses
one unless it names it: what stands behind it is another thought.
"""

from __future__ import annotations

from .phrases import any_of

_EVENT = any_of(
    "(heart|hard|hearth) (attacks?|failure)",
    "strokes?",
    "mini strokes?",
    "seizures?",
    "overdosed?",
    "miscarriages?",
    "allergic reactions?",
    "anaphylaxis",
    "cardiac arrest",
    "severe burn",
    "head injury",
    "electric shock",
    "fainted",
    "passed out",
    "blacked out",
    "collapsed",
    "stabbed",
    "shot",
)
_MONTHS = r"(january|february|march|april|may|june|july|august|september|october|november|december)"
_LONG_AGO = (
    r"(last (year|month|spring|summer|autumn|fall|winter|decade)|(\w+ )?(years?|yrs?|y|months?"
    rf"|decades?) ago|in ((19|20)\d\d|(last )?{_MONTHS})"
    r"|as a (child|kid|baby|teenager)|when (i|he|she) was (a |little|young|\d|twenty|thirty)\w*"
    r"|years (back|before)|in the past|in my (childhood|youth|twenties|thirties))\b"
)
# Between an event and its date stands no second thought.
_SAME_THOUGHT = (
    r"((?!(i|im|ive|he|hes|she|shes|we|they|it|its|now|again|help|please|cant|like|as|than|since"
    r"|for|every|is|has|have|had|having|was|were|but|this|then)\b)\w+ )"
)
_WHOSE = r"((?!(think|thinks|now|just|is|has|have|having|but|again|cant)\b)\w+ )"
_LOOKED_AFTER = (
    r"(prevention|preventive|prevent|risks?|checks?(?! (on|my|his|her|him|me|if|it|the|us))"
    r"|checkup|check up|screening|screen|rehab|rehabilitation|recovery|specialist|awareness"
    r"|history|medication|medicines?|clinic|unit|follow up|followup|survivor|patients?"
    r"|support group|tests?|therapy|physio|free)\b"
)
_PAIN = (
    r"(chest (pains?|pressure|tightness|discomfort)|pains? in (my|his|her|the) chest"
    r"|shortness of breathe?|((trouble|difficulty|difficulties|problems?) (with |in )?breathing)"
    r"|(severe|heavy) bleeding)\b"
)
_NOT_YET = (
    r"(?!( \.)? (yet|but|any ?more|until|till|except|only|just|if|unless|like|before|so|as|today"
    r"|now|when|this|or|though|although|however)\b)"
)
_DENY = (
    r"\b(have|has|had|having|theres|there is|there was|(dont|do not|doesnt|does not|havent|have"
    r" not|hasnt|has not|not) (have|had|having|got)( any)?|without( any)?|feel) "
)

# What somebody had, was spared, or takes care of. Not believed where RETURNED says it is here.
OVER: tuple[str, ...] = (
    rf"\b{_EVENT} {_SAME_THOUGHT}{{0,3}}{_LONG_AGO}",
    rf"\b(had|suffered) (a |an )?{_EVENT} \. (about |around )?{_LONG_AGO}(?= \.|$)",
    rf"(^|\. )((and|so|but|well|hi|hello|um|uh|about) )*{_LONG_AGO} (\. )?{_WHOSE}{{0,3}}(had"
    rf"|suffered|after) (a |an |my )?(\w+ )?{_EVENT}",
    rf"\b{_LONG_AGO} (had|suffered) (a |an )?{_EVENT}",
    rf"\b{_EVENT} {_LOOKED_AFTER}|\b(prevent(ing|ion of)?|avoid(ing)?) (a |an )?{_EVENT}",
    rf"\b(do you|can you|can i|could i|is it|how (long|soon)) (\w+ ){{0,6}}after (a |an "
    rf"|my )?{_EVENT}",
    rf"\b(history of|risk of|recover(ing|ed)? from|survived|family history of) (a "
    rf"|an )?(\w+ )?{_EVENT}",
    rf"\b(never|havent|have not|hasnt|has not|didnt|did not) (had |have |got )(a |an "
    rf"|any )?{_EVENT}"
    rf"{_NOT_YET}",
    rf"{_DENY}no {_PAIN}{_NOT_YET}",
    rf"\b(dont|do not|doesnt|does not|havent|hasnt|not) (have|had|having"
    rf"|got) (any )?{_PAIN}{_NOT_YET}",
    rf"\bwithout (any )?{_PAIN}{_NOT_YET}",
)
_BOOKING = (
    r"(need|want|would like|id like|wish|have to|must|fine|better|ok|okay|well|healthy|recovered"
    r"|take|taking|on|stable|looking|time|due|retired|in good|good|booking|book)"
)
# "Again" is said of doctors and times as well.
VISITS = (
    r"\b(see|seeing|visit|meet|come|book|talk|speak|call|try|write|thank|thanks|hello"
    r"|hi) (\w+ ){0,3}"
    r"again\b"
    r"|\b((can|could|may|do|should|must) (i|we|he|she)|is it (safe|ok|okay"
    r"|possible)) (\w+ ){0,8}now\b"
    r"|\b(take|takes|taking|on|use|uses|using) (\w+ ){1,2}now\b"
)
RETURNED = "|".join(
    (
        r"\bhappening\b",
        rf"(?<!after )(?<!since )(?<!before )\bhaving ((a |an |another )?{_EVENT}|it|one|another"
        r" one|the same)\b",
        rf"\b(is|its|be|thats|has|have|got|another|like) (a|an|another|like a) {_EVENT}(?!"
        rf" {_LOOKED_AFTER})",
        r"\bagain\b",
        r"\bsame\b(?! (doctor|dr|dentist|clinic|time|day|date|hour|week|place|person|lady|man"
        r"|surgeon|specialist|price|nurse|hygienist|one)\b)",
        rf"\bnow\b(?! (\w+ ){{0,3}}{_BOOKING}\b)(?<!until now)(?<!ok now)(?<!fine now)"
        r"(?<!better now)(?<!well now)(?<!okay now)(?<!medicine now)(?<!healthy now)",
        r"\b(its|it|is|are) (is |has |s )?((come|came|coming|comes) )?back\b(?! (pain|ache|on|from"
        r"|at"
        r"|in|to|home|here|with))|\bthis is (one|it|another)\b",
        r"\bfeels? (like )?(it|that|then|this)\b|(?<!was my )(?<!was his )(?<!was"
        r" her )\bfirst (one|time)\b",
        r"\b(not|nt|doesnt|didnt|isnt|wont) (help|helping|work|working)\b",
        r"\b(please|send|get|need|urgent|emergency) help\b(?! (with|to|booking|finding|choosing"
        r"|getting|understanding|me (with|book|find)))",
        r"\bhelp (me|him|her|us)\b(?! (with|book|find|to (book|find|change|cancel|prevent)))",
    )
)

HARMLESS: tuple[str, ...] = (
    r"\b(heart attacks? of work|(gave|gives?|giving) (me|us|him|her) an? heart attack)\b",
    r"\b(had|have|having) an? heart attack when (i|we|he|she) (saw|heard|read|got|opened)\b",
    r"\bstrokes? of (luck|genius|pen|the pen|bad luck|midnight)|\b(brush|swimming|breast|back)"
    r" stroke\b",
    # By the nose alone is uncomfortable and no more.
    r"\b((cant|cannot|can not|hard|harder|difficult|difficulty|trouble|struggling|unable"
    r"|problems?)"
    r"( (to|in|with|really|even))? )?breath(e|ing)? (\w+ )?(through|from|by|out of|thru) ((my|the"
    r"|his|her) )?(left |right )?(nose|nostrils?)\b(?!( \.)? (or|and|nor|either))",
    r"\bbreath(e|ing)? (exercises?|tests?|classes|class|therapy|techniques?|course|session)\b",
    r"\bdying to (see|meet|get(?! (help|an ambulance))|have|know|hear|try|start|come|book|be)\b",
    r"\b(dying|die) for (a|an|the|my|your|some|this|that|new)\b",
    r"\b(dying|die|died) (of|from) (boredom|curiosity|embarrassment|laughter|laughing)\b",
    r"\b(dying|died?) laughing\b",
    r"\bchest of drawers\b|\bhope chest\b|\btreasure chest\b",
    # The numbness that a dentist makes, and nothing beside it.
    r"\b((face|lips?|mouth|cheek|jaw|side|tongue) ((is|feels|was|still|a|bit|very|so|be)"
    r" )*)?numb(ness)?"
    r" ((all|day|still|today|hours|two|three|for|since|the|a|long|right|even|days|left) ){0,4}"
    r"(after|from|since) ((the|my|a|an|your|dental|last|yesterdays) ){0,3}(injection|anaesthetic"
    r"|anesthetic|anaesthesia|anesthesia|filling|extraction|dentist|root canal|tooth|jab|shot)\b"
    r"(?!( \.)? and\b)",
    r"\b(injection|anaesthetic|anesthetic|filling|extraction) ((my|the|lip|lips|mouth|face|cheek"
    r"|chin|tongue|is|still|feels|was|a|bit|side|stays) ){0,5}numb\b(?!( \.)? and\b)",
    r"\bgasping for (a )?(coffee|beer|drink|tea)\b|\bartichokes?\b|\bchoking hazards?\b",
    r"\bdrowning in (\w+ )?(work|paperwork|emails?|mails?|bills|debt|papers)\b",
    r"\b(works?|working|job) as an? (paramedic|ambulance)\w*|\b(im|am|is) an? (paramedic|ambulance"
    r" (driver|nurse))\b",
    r"\bsuicide squad\b|\bkiller (deal|price)\b",
)
