"""English red flags, over folded words with single spaces: ``can't`` is written ``cant``."""

from __future__ import annotations

from .flags import Flag
from .phrases import any_of, near

_CANT = (
    r"(cant|cannot|can not|can barely|can hardly|could not|unable to|not able to"
    r"|isnt able to)"
)
_WHO = (
    r"(i|he|she|they|we|you|it|who|dad|father|mum|mom|mother|wife|husband|son|daughter|baby|child"
    r"|kid|friend|grandma|grandpa|grandmother|grandfather|patient|somebody|someone|man|woman|boy"
    r"|girl|brother|sister|partner|boyfriend|girlfriend|uncle|aunt|cousin|neighbour|neighbor"
    r"|colleague|person)"
)
_VERY = r"((so|very|really|extremely|too|that|quite|all|suddenly|just|still|now|always) )*"
_IS = r"((is|are|was|has|have|went|gone|go|goes|got|gets?|feels?|felt|became|turned) )*"
_BLOOD = (
    r"blood(?! (test|tests|work|pressure|sugar|group|type|donor|donation|sample|samples|result|"
    r"results|count|thinner|thinners|bank|drive|draw|glucose|analysis|for (the |a |my |some"
    r" )?(test|lab)))"
)
_LIMB = r"(arm|arms|leg|legs|hand|hands|face|side|foot|feet|body|fingers|mouth|cheek)"
_OF = r"(my|his|her|the|their|one|left|right|whole|entire|other)"
_MANY = (
    r"(too many|a lot of|lots of|all|all of|a bunch of|a handful of|a bottle of|a box of|a pack"
    r" of"
    r"|the whole|a whole|an entire|the entire|\d{2,}|ten|twenty|thirty|forty|fifty|hundred)"
)
_PILLS = (
    r"(pills?|tablets?|capsules?|painkillers?|sleeping|paracetamol|tylenol|aspirins?|medicine"
    r"|medication|meds|bottle|box|pack|packet|xanax|valium|ibuprofen|insulin)"
)
_INTEND = (
    r"(want|wanna|going|gonna|about|thinking|think|plan|planning|urge|will|might|ill|feel"
    r"|feeling|tried|trying|decided|thoughts|thought|like|keep|wanted|need)"
)

FLAGS: dict[Flag, tuple[str, ...]] = {
    Flag.SELF_HARM: (
        r"suicid|\bunalive",
        r"\bkill(ing|ed)? (my|him|her|them)sel(f|ves)\b|\bend(ing)? (my|his|her) (own )?life",
        r"\b(take|taking|took) (my|his|her) own life|\bend(ing)? it all\b|\bhang(ing)? myself",
        r"\bshoot(ing)? myself|\b(slit|slitting|cut|cutting|slash\w*) (my|his|her) wrists?",
        rf"\b{_INTEND} (\w+ ){{0,3}}(hurt|harm|cut|starve)(ing)? myself\b|\bcutting myself\b",
        r"\bself harm|\bharm(ing|ed)? myself|\bhurting myself on purpose",
        r"\b(want|wanna|going|ready|wish|rather|prefer) (\w+ )?(to )?(die|be dead)\b(?! (my"
        r"|the) hair)",
        r"\bwish (that )?(i|he|she) (was|were|is) (dead|never born)|\bbetter off (dead|without"
        r" me)",
        r"\b(dont|do not|doesnt|does not|no longer|not) want(s)? to (live|be alive|exist|wake"
        r" up|go on"
        r"|be here any ?more|be here anymore)",
        r"\bno (reason|point) (to|in|for) (live|living|go on|going on)|\bnothing (left )?to"
        r" live for",
        r"\b(cant|cannot|can not) (go on|take it any ?more|do this any ?more|live like this"
        r"|keep going)",
        r"\bjump(ing)? (off|from|out of) (a|the|my) (\w+ )?(bridge|roof|building|balcony|window)",
        r"\btired of (living|being alive|life)\b|\bthoughts of (death|dying)\b",
    ),
    Flag.CHEST_PAIN: (
        near(
            r"chest",
            r"pains?|painful|hurts?|hurting|aches?|aching|tight|tightness|tightening|pressure"
            r"|crush\w*|squeez\w*|heavy|heaviness|stabbing|burning|burns|sore|discomfort|elephant"
            r"|cramp\w*",
            4,
        ),
        # What the bundled recogniser hears in "I have chest pain".
        r"\b(have|having|got|has|had) (just|jest|test|tests) pains?\b(?! (in|when|on|at|around"
        r"|behind"
        r"|from|after|if|while|there|now and then))",
        r"\bheart attacks?\b|\bcardiac arrest|\bheart (has |just |is )*(stopped|stopping)\b",
        near(r"heart", r"hurts?|hurting|pains?|aches?|aching|squeez\w*|stabbing", 2),
        r"\bpain (\w+ ){0,3}(left|my) arm (and|with|plus) (\w+ ){0,3}(jaw|chest|sweat\w*)",
        r"\bheart (is |was |keeps )?(\w+ )?(racing|pounding) (\w+ ){0,5}(faint|dizzy|pass out"
        r"|breathe?)",
        r"\bno pulse\b|\bhas no heart ?beat",
    ),
    Flag.BREATHING: (
        rf"\b{_CANT} (\w+ )?(\w+ )?(breathe?|breathing|breed|breeze|get (any |enough )?(air"
        r"|breath))\b",
        rf"\b{_CANT} (catch|get) (my|his|her|any|a|enough) (breath|air)\b",
        r"\b(hard|harder|difficult|difficulty|difficulties|struggling|struggles?|trouble|troubles"
        r"|problems?|hardly|barely|painful|hurts|not|isnt|stopped|stops|fighting|gasping|unable)"
        r"( to| in| with| for)?( \w+)? (breathe?|breathing)\b",
        near(r"breathe?|breathing", r"difficult|difficulty|hard|impossible|hurts|stopped", 2),
        r"\bshort(ness)? of breath|\bbreathless|\bgasping\b|\bno air\b|\bneed air\b",
        r"\b(am|im|is|are|hes|shes|get|gets|so|very|feel|feeling|completely|totally|always)"
        r" (\w+ )?out"
        r" of breath\b|\bim out of breath|\bout of breath (and|now|at rest|sitting|lying)",
        r"\b(choke|chokes|choking|choked)\b|\bsuffocat|\bcant (get|take) (a )?(breath|air)\b",
        r"\b(asthma attack|turning blue|turned blue|lips? (are |is |have )?(gone )?blue|blue"
        r" lips)\b",
        r"\b(drown(ing|ed))\b",
    ),
    Flag.STROKE: (
        r"\bstroke\b",
        near(r"face|mouth|smile|eyelid", r"droop\w*|dropped|lopsided|crooked|sagging|fallen", 4),
        r"\bslurr(ed|ing|s|y)?\b|\b(speech|words?|talking) (is |are |come out |coming out )*"
        r"(slurred|wrong|garbled|jumbled|strange|funny)\b",
        near(rf"{_OF} (left |right )?{_LIMB}", r"numb|numbness|paraly\w+|limp", 4),
        rf"\bnumb(ness)? (\w+ ){{0,3}}{_LIMB}\b|\bparaly[sz]ed\b",
        rf"\b{_LIMB} {_IS}{_VERY}(weak|weaker)( all)?\b|\bweak(ness)? (\w+ ){{0,4}}{_LIMB}\b",
        rf"\b{_CANT} (feel|move|lift|raise) {_OF} (\w+ )?{_LIMB}\b",
        rf"\b{_CANT} (speak|talk|see) (properly|anything|anymore|any more|suddenly|all of a"
        r" sudden)",
        rf"\bsudden(ly)? (\w+ )?({_CANT} (see|speak|talk|walk)|lost|losing|confused|blind|dizzy"
        r" and)",
        r"\b(lost|losing|loss of) (\w+ )?(vision|sight|speech|feeling in|balance suddenly)\b",
        r"\bworst headache (of|in) my life|\bsudden (\w+ )?(severe |terrible )?headache",
    ),
    Flag.PREGNANCY: (
        near(
            r"pregnan\w+|weeks along|expecting a baby",
            r"bleed\w*|blood(?! (test|tests|work|pressure|sugar|group|type|sample))|spotting"
            r"|cramps?"
            r"|cramping|contractions?|fainted|seizures?|unconscious|fell down"
            r"|severe (\w+ )?(pain|headache)|(stomach|belly|abdominal) pains?|cant feel",
            8,
        ),
        r"\bwaters? (has |have |just |is |are )*(broke|broken|breaking|burst)\b",
        r"\b(having|have|getting|got) (\w+ )?contractions\b|\bin labou?r\b(?! (law|market|day))",
        r"\bgoing into labou?r\b|\bmiscarr(iage|ying|ied)\b(?! (clinic|support|counsell?ing))",
        r"\bbaby (is |s )?(coming|about to come|crowning)\b(?! (in|on|to|with|next|along|for))",
        r"\bbaby (has |is |isnt |is not |hasnt |has not )*(not |stopped )*(moving|kick(ing|ed)"
        r"|moved)"
        r"( \w+){0,2} (inside|less|any ?more|today|since|all day|for)",
        r"\bbaby (is not|isnt|has stopped|stopped|not) (moving|kicking)|\bcant feel (the|my)"
        r" baby",
        r"\bgiving birth (now|right now|here|at home)|\bi am giving birth\b|\bim giving birth\b",
    ),
    Flag.BABY: (
        near(
            r"baby|newborn|infant|toddler",
            r"limp|floppy|blue|grey|unresponsive|not responding|wont wake|wont respond|not waking"
            r"|lifeless|not breathing|swallowed|choking",
            5,
        ),
        r"\b(newborn|(\d|one|two|three|four|five|six|ten) (day|days|week|weeks) old|(1|2|one|two)"
        r" months? old)( \w+){0,8} (fever|temperature|not feeding|wont feed|not drinking"
        r"|vomiting)\b",
        r"\b(child|kid|son|daughter|toddler|baby) (has |just |have )*swallowed (\w+ ){0,2}"
        r"(battery|batteries|magnets?|coin|pills?|tablets?|bleach|detergent)",
    ),
    Flag.BLEEDING: (
        rf"\b(heavy|heavily|severe|severely|massive|massively|uncontroll\w*|profuse\w*|bad"
        rf"|a lot of|lots of|so much|too much|losing|lost|loads of|full of|pool of|covered in)"
        rf" (\w+ )?(bleed(ing|s)?|{_BLOOD})\b(?! (thinner|orange))",
        r"\bbleed(ing|s)? (\w+ )?(heavily|badly|a lot|so much|too much|out|profusely|everywhere"
        r"|to death|nonstop|non stop|for hours)\b(?! when i brush)",
        near(
            r"bleed|bleeds|bleeding|blood",
            r"(wont|will not|doesnt|does not|isnt|is not|not|cant|never|didnt) (\w+"
            r" )?stop(ping)?",
            3,
        ),
        r"\b(cant|cannot|can not|unable to|how (to|do i)) stop (the |my |his |her )?bleed",
        r"\b(vomit|cough|throw|spit|puk|chuck|bring)\w* (\w+ )?(up )?blood\b",
        r"\bblood in (my |his |her |the )?(vomit|sick)\b",
        r"\bblood (is |was |keeps )?(gushing|pouring|spurting|everywhere|squirting|streaming)\b",
        r"\b(cut|severed|sliced|slit) (\w+ )?(artery|throat|wrist)\b|\b(cut|chopped) off (my"
        r"|his|her)"
        r" (\w+ )?(finger|fingers|hand|toe|arm|leg)\b",
    ),
    Flag.UNCONSCIOUS: (
        r"\bunconscious|\bpassed out\b(?! (leaflets|flyers))|\bpassing out\b|\bblacked out\b",
        r"\b(wont|not|doesnt|does not|isnt|cant be|will not|didnt|cant) (\w+ )?wak(e|en|ing"
        r"|ed)( \w+)?"
        r" up\b|\bcant wake (him|her|my|them|up)|\bwont wake\b|\bnot waking\b",
        r"\b(unresponsive|not (responding|responsive)|lost consciousness|losing consciousness)\b",
        rf"\b{_WHO} (has |have |just |suddenly |had )*(collapsed|fainted|keeps fainting)\b"
        r"|\bcollapsed"
        r" (on|in|at|to) (the|my) (floor|ground|street|kitchen|bathroom)",
        r"\bfainted (twice|again|today|now|this|just|at|in|and)\b|\bin a coma\b",
    ),
    Flag.SEIZURE: (
        r"\bseizures?\b|\bconvuls|\b(having|had|has|is having) (a |an )?(epileptic )?fits?\b(?!"
        r" and)",
        r"\bepileptic (fit|attack|shock)|\bshaking (uncontroll\w+|violently) (and|on)"
        rf"|\b{_WHO} (is |s )?fitting\b(?! (room|appointment|in))",
    ),
    Flag.ALLERGY: (
        r"\banaphyla|\ballergic (shock|reactions?|attack)\b|\breacting (badly )?to (a|the) (bee"
        r"|nut)",
        r"\b(having|getting|got|in) (a |an )?(\w+ )?allergy (attack|reaction)|\bhaving (a |an )?"
        r"(severe|bad|strong|serious) allerg",
        near(
            r"throat|tongue|lips?|face|mouth|eyes",
            r"swell(s|ing|ed)?|swollen|swelled|closing|closed up|closes|tightening",
            3,
        ),
        r"\b(used|need|use|give|gave) (my|an|the|his|her) (epi ?pen|adrenaline)",
        r"\bstung (\w+ ){0,8}(swollen|swelling|breathe?|dizzy|throat)",
    ),
    Flag.OVERDOSE: (
        r"\boverdos|\bover dos(e|ed|ing)\b|\bod(ed|ing)\b",
        rf"\b(took|taken|take|swallowed|had|ate|eaten|swallowing|taking) (\w+ )?{_MANY} (\w+"
        rf" ){{0,3}}"
        rf"{_PILLS}\b",
        rf"\btoo (many|much) (\w+ )?{_PILLS}\b",
        r"\b(swallowed|drank|drunk|drink|ate|eaten) (\w+ ){0,2}(bleach|poison|antifreeze"
        r"|detergent"
        r"|battery|batteries|acid|drain cleaner|cleaning fluid|weed ?killer|petrol|rat poison"
        r"|magnets)",
        r"\bpoison(ed|ing)\b(?! ivy)|\bcarbon monoxide\b|\balcohol poisoning\b",
        r"\bdouble dose of (my |the )?(insulin|heart)",
    ),
    Flag.INJURY: (
        r"\b(been|got|was|were|im|am) (just )?(stabbed|shot)\b(?! (of|up))|\bgun ?shot\b",
        r"\belectrocuted\b|\belectric shock\b|\bsevere(ly)? burn|\bburn(ed|t) (badly|severely)\b",
        r"\bhit (my|his|her|the) head (\w+ ){0,5}(vomit\w*|bleed\w*|unconscious|confused|dizzy"
        r"|threw)",
        r"\bbroke(n)? (my|his|her) (neck|back|skull)\b|\bsevere head injury\b|\bhead injury"
        r" and\b",
        r"\bfell (from|off) (the |a |his |her |my )?(\w+ )?(roof|balcony|ladder|window|building)",
        r"\bjust (had|been in|were in) (a |an )?(\w+ )?(car |road |traffic )?(accident|crash)",
        r"\bbone (is |s )?(sticking|coming) out\b",
    ),
    Flag.EMERGENCY: (
        r"\b((this|it) is|its|thats|that is) an emergency\b(?! (dentist|clinic|appointment))",
        r"\bmedical emergency|\blife (or|and) death\b|\blife threatening",
        r"\bambulances?\b(?! (driver|service job))|\bparamedics?\b(?! (job|course|training))",
        r"\b(call|dial|phone|ring) (911|112|999|000|111|155)\b",
        rf"\b{_WHO} (am |is |are |m |s |may be |might be )+(dying|going to die)\b|\bim dying\b"
        r"|\b(hes|shes|theyre) dying\b",
        r"\bhelp me (i|im) (\w+ )?(die|dying|cant)\b|\bsave (my|his|her) life\b",
    ),
}

_EVENT = any_of(
    "heart attacks?",
    "strokes?",
    "mini strokes?",
    "seizures?",
    "overdose",
    "miscarriages?",
    "allergic reactions?",
    "anaphylaxis",
    "cardiac arrest",
    "severe burn",
    "head injury",
)
_LONG_AGO = (
    r"(last (year|month|spring|summer|autumn|fall|winter|decade)|(\w+ )?(years?|months?"
    r"|decades?) ago"
    r"|in (19|20)\d\d|as a (child|kid|baby|teenager)|when i was (a |little|young|\d|twenty"
    r"|thirty)\w*"
    r"|years (back|before)|in the past|in my (childhood|youth|twenties|thirties))\b"
)
_LOOKED_AFTER = (
    r"(prevention|preventive|prevent|risk|risks|check|checks|checkup|check up|screening|screen"
    r"|rehab|rehabilitation|recovery|specialist|awareness|history|medication|medicine|medicines"
    r"|clinic|unit|follow up|followup|survivor|patients?|support group|test|tests|therapy"
    r"|physio)\b"
)
HARMLESS: tuple[str, ...] = (
    rf"\b{_EVENT}( \w+){{0,3}} {_LONG_AGO}",
    rf"\b{_LONG_AGO} (\w+ ){{0,3}}(had|suffered|after) (a |an |my )?(\w+ )?{_EVENT}",
    rf"\b{_EVENT} {_LOOKED_AFTER}|\bprevent(ing|ion of)? (a |an )?{_EVENT}",
    rf"\b(history of|risk of|recovering from|family history of) (a |an )?(\w+ )?{_EVENT}",
    r"\bstrokes? of (luck|genius|pen|the pen|bad luck)|\b(brush|swimming|breast|back) stroke\b",
    # By the nose alone is uncomfortable and no more.
    r"\b((cant|cannot|can not|hard|harder|difficult|difficulty|trouble|struggling|unable"
    r"|problems?)"
    r"( \w+)? )?breath(e|ing)? (\w+ )?(through|from|by|out of|thru) (\w+ )?(nose|nostrils?)\b"
    r"(?! (or|and|nor|either))",
    r"\bbreath(e|ing)? (exercises?|tests?|classes|therapy|techniques?|course|session)\b",
    r"\b(dying|die|died) (to|for|of|laughing|from) (see|meet|get|have|know|hear|try|start|a|an"
    r"|the"
    r"|my|your|new|boredom|curiosity|embarrassment|laughter|come|book|laughing)\b",
    r"\bchest of drawers\b|\bhope chest\b|\btreasure chest\b",
    # The numbness that a dentist makes.
    r"\b((face|lips?|mouth|cheek|jaw|side|tongue) ((is|feels|was|still|a|bit|very|so)"
    r" )*)?numb(ness)?"
    r" (\w+ ){0,4}(after|from|since) (\w+ ){0,3}(injection|anaesthetic"
    r"|anesthetic|anaesthesia|anesthesia|filling|extraction|dentist|root canal|tooth|jab|shot)\b",
    r"\b(injection|anaesthetic|anesthetic|filling|extraction)( \w+){0,5} numb\b",
    r"\bgasping for (a )?(coffee|beer|drink|tea)\b|\bartichokes?\b",
    r"\bsuicide squad\b|\bkiller (deal|price)\b",
)
