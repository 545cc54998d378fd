"""English red flags, over folded words with single spaces: ``can't`` is written ``cant``."""

from __future__ import annotations

from .flags import Flag
from .phrases import near

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
# Somebody seen by the one who talks; "it" may be a page that does not respond.
_THEM = (
    r"(he|she|hes|shes|dad|father|mum|mom|mother|wife|husband|son|daughter|baby|infant|child|kid"
    r"|friend|grandma|grandpa|grandmother|grandfather|patient|somebody|someone|man|woman|boy|girl"
    r"|brother|sister|partner|boyfriend|girlfriend|uncle|aunt|cousin|neighbour|neighbor|colleague)"
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
    r"|the whole|a whole|an entire|the entire|dozens?|hundreds?|[4-9]\d{3}|\d{5,}"
    # A number of pills, and not of milligrams.
    r"|(\d{2,}|ten|eleven|twelve|\w{3,5}teen|twenty|thirty|forty|fifty|sixty|seventy|eighty"
    r"|ninety|hundred)(?!( \w+)? (mg|mgs|milligrams?|mcg|micrograms?|ml|g|grams?)\b)"
    r"(?! (percent|days?|weeks?|minutes?|hours?|years?|am|pm)\b))"
)
_PILLS = (
    r"(pills?|tablets?|capsules?|painkillers?|sleeping|paracetamols?|acetaminophens?|tylenols?"
    r"|aspirins?|advils?|nurofens?|aleves?|codeines?|tramadols?|antidepressants?|sedatives?"
    r"|benadryls?|percocets?|medicines?|medication|meds|bottles?|box|pack|packet|xanax|valium"
    r"|ibuprofens?|insulin)\b(?! (left|prescribed|remaining))"
)
_DAYS = r"(monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
# What cannot be spoken is a language, or it is no moment for it.
_SPEECH_OF = (
    r"(?! (english|turkish|german|arabic|russian|french|spanish|persian|kurdish|your language"
    r"|to|with|about|on|over|louder|loudly|loud|yet|during|here|long|much|at work)\b)"
)
_INTEND = (
    r"(want|wanna|going|gonna|about|thinking|think|plan|planning|urge|will|might|ill|feel"
    r"|feeling|tried|trying|decided|thoughts|thought|like|keep|wanted|need)"
)

FLAGS: dict[Flag, tuple[str, ...]] = {
    Flag.SELF_HARM: (
        r"suicid|\bunalive|\b(wanna|want to|gonna|going to|ill|should) kms\b",
        r"\bkill(ing|ed)? (my|him|her|them) ?sel(f|ves)\b|\bend(ing)? (my|his|her) (own )?life",
        r"\b(take|taking|took) (my|his|her) own life|\bend(ing)? it all\b|\bhang(ing)? myself",
        r"\bshoot(ing)? myself|\b(slit|slitting|cut|cutting|slash\w*) (my|his|her) wrists?",
        rf"\b{_INTEND} (\w+ ){{0,3}}(hurt|harm|cut|starve)(ing)? myself\b|\bcutting myself\b",
        r"\bself harm|\bharm(ing|ed)? myself|\bhurting myself on purpose",
        r"\b(wants?|wanna|going|ready|wish|rather|prefer) (\w+ )?(to )?(die|be dead)\b(?! (my"
        r"|her|the) hair)",
        r"\bwish (that )?(i|he|she) (was|were|is) (dead|never born)|\bbetter off (dead|without"
        r" me)",
        r"\b(dont|do not|doesnt|does not|didnt|no longer|not|never) (really |even |just )?(want"
        r"|wants|wanted|wanna)( to)? (keep )?(live(?! (chat|stream|video))|living|be alive|exist"
        r"|existing|wake up|go on"
        rf"(?! (a|an|that|the|this|with|my|{_DAYS}))"
        r"|be (here|around) any ?more)\b",
        r"\b(not|wont) (going to |gonna )?be alive\b|\bwish (i|he|she) (wasnt|werent"
        r"|was not) alive",
        r"\blife (is not|isnt|not|is no longer|aint) (really )?worth (living|it)\b",
        r"\b(sleep|bed) and (never|not) wake up\b|\bnever wake up again\b",
        r"\b(take|taking) (\w+ ){0,4}(pills|tablets|meds|medicine|medication) and die\b",
        r"\b(no|a|any|the) (reason|point) ((to|in|for|of) )?(live|living|go on|going on)\b"
        r"|\bnothing (left )?to"
        r" live for",
        r"\b(cant|cannot|can not) (take it any ?more|do this any ?more|live like this|keep going)",
        rf"\b(cant|cannot|can not) go on\b(?! ((the|a|this|that|next|my) )?({_DAYS}|\d|vacation"
        r"|holiday|trip|foot|website|site|app|page|zoom|internet|date|day|time|first|second))",
        r"\b(nobody|no one|noone) would (\w+ )?(miss me|care) if i (died|was dead|were dead"
        r"|was gone)"
        r"|\bending it (all|tonight|today|now|forever)\b|\bend it (all|tonight|forever)\b",
        r"\b(im|i am|hes|he is|shes|she is) (going to|gonna|about to) jump\b(?! (on|in|to"
        r"|the (queue"
        r"|line)|into|onto|rope))",
        r"\b(dont|do not) feel like (living|being alive)\b|\bwant it all to (end|stop|be over)\b"
        r"|\bthinking (about|of) (dying|death|killing)\b|\bwish i could (just )?die\b",
        r"\bjump(ing)? (off|from|out of) (a|the|my) (\w+ )?(bridge|roof|building|balcony|window)",
        r"\btired of (living|being alive|life)\b|\bthoughts of (death|dying)\b",
    ),
    Flag.CHEST_PAIN: (
        near(
            r"chest",
            r"pains?|painful|hurts?|hurting|aches?|aching|tight|tightness|tightening"
            r"|(?<!blood )pressure"
            r"|crush\w*|squeez\w*|heavy|heaviness|stabbing|burning|burns|sore|discomfort|elephant"
            r"|cramp\w*|weight|standing|sitting|fire|clutch\w*|grabb\w*|band|knife|bricks?"
            r"|explod\w*|burst\w*",
            6,
        ),
        # What the bundled recogniser hears in "I have chest pain".
        r"\b(have|having|got|has|had) (just|jest|test|tests) pains?\b(?! (in|when|on|at|around"
        r"|behind"
        r"|from|after|if|while|there|now and then))",
        near(r"breastbone|sternum", r"pains?|painful|hurts?|sharp|pressure|tight|burning", 3),
        r"\b(heart|hard|hearth) attacks?\b|\bcardiac arrest|\bheart (has |just |is )*(stopped"
        r"|stopping)\b",
        near(r"heart", r"hurts?|hurting|pains?|aches?|aching|squeez\w*|stabbing", 2),
        r"\b(left|my) arm (\w+ )?(hurts?|aches?|aching|pain) (and|with|plus) (\w+ ){0,3}(jaw|neck"
        r"|chest|sweat\w*)",
        r"\bheart (feels|is) (like )?(\w+ ){0,2}(going to|gonna|about to) (stop|explode|burst)\b",
        r"\bpain (\w+ ){0,3}(left|my) arm (and|with|plus) (\w+ ){0,3}(jaw|chest|sweat\w*)",
        r"\bheart (is |was |keeps )?(\w+ )?(racing|pounding) (\w+ ){0,5}(faint|dizzy|pass out"
        r"|breathe?)",
        r"\bno pulse\b|\bhas no heart ?beat",
    ),
    Flag.BREATHING: (
        rf"\b{_CANT} (\w+ )?(\w+ )?(breathe?|breathing|breed|breeze|get (any |enough )?(air"
        r"|breath))\b",
        rf"\b{_CANT} (\w+ )?(catch|get|take|draw) ((in|a|any|my|his|her|the|enough|deep|full|proper"
        r"|good|real|decent) )*(breaths?|breathes?|air)\b",
        r"\b(stuck|caught|lodged) in (my|his|her|the) (throat|windpipe|airway)\b|\bairways?\b(?! "
        r"(exam|assessment|check))",
        r"\bbreathing (is |s )?(getting |becoming |very |so |really )?(worse|bad|harder|shallow"
        r"|heavy"
        r"|fast|funny|weird|problems?|trouble)\b|\brunning out of (air|breath)\b",
        r"\bwheez\w* (badly|and|so|hard|a lot)\b|\binhaler (is |isnt |does |doesnt |did |didnt )*"
        r"(not )?(working|work|help\w*|nothing)\b",
        r"\b(hard|harder|difficult|difficulty|difficulties|struggling|struggles?|trouble|troubles"
        r"|problems?|hardly|barely|painful|hurts|not|isnt|stopped|stops|fighting|gasping|unable)"
        r"( to| in| with| for)?( \w+)? (breathe?|breathing)\b",
        near(r"breathe?|breathing", r"difficult|difficulty|hard|impossible|hurts|stopped", 2),
        r"\bshort(ness)? of breath|\bbreathless|\bgasping\b|\bno air\b|\bneed air\b",
        r"\b(am|im|is|are|hes|shes|get|gets|so|very|feel|feeling|completely|totally|always)"
        r" (\w+ )?out"
        r" of breath\b|\bim out of breath|\bout of breath (and|now|at rest|sitting|lying)",
        r"\b(choke|chokes|choking|choked)\b|\bsuffocat",
        r"\b(asthma attack|turning blue|turned blue|lips? (are |is |have )?(gone )?blue|blue"
        r" lips)\b",
        r"\b(drown(ing|ed))\b",
    ),
    Flag.STROKE: (
        r"\bstroke\b",
        near(
            r"face|mouth|smile|eyelid",
            r"droop\w*|dropp(ed|ing)|lopsided|crooked|sagging|fallen|falling",
            4,
        ),
        rf"\b{_THEM} ({_CANT} |suddenly )+(speak|talk)\b{_SPEECH_OF}",
        rf"(?<!you )(?<!we )(?<!they )(?<!who )\b{_CANT} (speak|talk)\b{_SPEECH_OF}(?! (any|right"
        r"|now|at|because|for|until|im (at|in|on|busy|working|driving)|in|today"
        r"|tomorrow|so|while|anything|but|we|you)\b)",
        rf"\b(talk|speak)(s|ing)? (gibberish|nonsense)\b|\b({_THEM}|words|speech) (is |are |s )"
        r"?(not|isnt|arent|dont|doesnt) mak(ing|e) (any )?sense\b",
        rf"\b{_OF} (left |right )?{_LIMB} (wont|will not|doesnt|does not|isnt|is not|cant) (move"
        r"|moving|lift|lifting|work|working)\b|\b(vision|sight|eyes?) (just |has |have )?(went"
        r"|gone|going) (black"
        r"|dark|blank)\b",
        rf"\b{_CANT} see (out of|from|in|with) (my|his|her|one|the) (\w+ )?eyes?\b",
        r"\b(went|gone|going) blind\b|\bthunderclap\b",
        r"\bslurr(ed|ing|s|y)?\b|\b(speech|words?|talking) (is |are |come out |coming out |all "
        r"|so )*"
        r"(slurred|wrong|garbled|jumbled|strange|funny)\b",
        near(rf"{_OF} (left |right )?{_LIMB}", r"numb|numbness|paraly\w+|limp", 4),
        rf"\bnumb(ness)? (\w+ ){{0,3}}{_LIMB}\b|\bparaly[sz]ed\b",
        rf"\b{_LIMB} {_VERY}{_IS}{_VERY}(weak|weaker)( all)?\b"
        rf"|\bweak(ness)? (\w+ ){{0,4}}{_LIMB}\b",
        rf"\b{_CANT} (feel|move|lift|raise) {_OF} (\w+ )?{_LIMB}\b",
        rf"\b{_CANT} (speak|talk|see) (properly|anything|anymore|any more|suddenly|all of a"
        r" sudden)",
        rf"\bsudden(ly)? (\w+ )?({_CANT} (see|speak|talk|walk)|lost|losing|confused|blind|dizzy"
        r" and)",
        r"\b(lost|losing|loss of) (\w+ )?(vision|sight|speech|feeling in|balance suddenly)\b",
        r"\bworst headache (of|in) my life|\bworst headache (\w+ )?(ive|i have|i|he|she|hes"
        r"|shes|ever)\b|\bsudden (\w+ )?(severe |terrible )?headache",
    ),
    Flag.PREGNANCY: (
        near(
            r"pregnan\w+|weeks along|expecting a baby",
            r"bleed\w*|blood(?! (test|tests|work|pressure|sugar|group|type|sample))|spotting"
            r"|cramps?"
            r"|cramping|contractions?|fainted|seizures?|unconscious|fell down"
            r"|(severe|bad|terrible|awful|worst) (\w+ )?(pain|headache)|blurr\w*|passed out"
            r"|(stomach|belly|abdominal) pains?|cant feel",
            8,
        ),
        r"\bpregnan\w+ (\w+ ){0,6}fell\b|\bfell (down|off|over|on|from) (\w+ ){0,6}pregnan",
        r"\bcontractions? (are |is |have |every |started|coming|start|\w+ minutes)|\blosing (the"
        r"|my)"
        r" baby\b|\bbabys? head\b( is)?( coming| out| showing)",
        r"\b(havent|have not|hasnt|not|didnt) (felt|feel|feeling) (the|my|her|our) baby|\bno (kicks"
        r"|movements?) (from|today|since)",
        r"\bwaters? (has |have |just |is |are )*(broke|broken|breaking|burst)\b",
        r"\b(having|have|getting|got) (\w+ )?contractions\b|\bin labou?r\b(?! (law|market|day))",
        r"\bgoing into labou?r\b|\bmiscarr(iage|ying|ied)\b(?! (clinic|support|counsell?ing))",
        r"\bbaby (is |s )?(coming|about to come|crowning)\b(?! (in|on|to|with|next|along|for|at|too"
        r"|as))",
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
            r"limp|floppy|blue|grey|unresponsive|(not|isnt) responding|wont wake|wont respond"
            r"|not waking"
            r"|lifeless|not breathing|swallowed|choking",
            5,
        ),
        r"\b(newborn|(\d|one|two|three|four|five|six|ten) (day|days|week|weeks) old|(1|2|one|two)"
        r" months? old)( \w+){0,8} (fever|temperature|not feeding|wont feed|not drinking"
        r"|vomiting)\b",
        r"\b(baby|infant|newborn|toddler) (\w+ ){0,2}(fell|dropped|rolled) (off|from|out|down"
        r"|on (his"
        r"|her|its|the) (head|floor))|\bdropped (my|the|our) (baby|newborn)\b",
        r"\b(child|kid|son|daughter|toddler|baby|boy|girl|grandson|granddaughter|infant) (has "
        r"|just |have )*swallowed (\w+ ){0,2}"
        r"(battery|batteries|magnets?|coin|pills?|tablets?|bleach|detergent)",
    ),
    Flag.BLEEDING: (
        rf"\b(heavy|heavily|severe|severely|massive|massively|uncontroll\w*|profuse\w*|bad"
        rf"|a lot of|lots of|so much|too much|losing|lost|loads of|full of|pool of|covered in)"
        rf" (\w+ )?(bleed(ing|s)?|{_BLOOD})\b(?! (thinner|orange))",
        r"\bbleed(ing|s)? (\w+ )?(heavily|badly|a lot|so much|too much|out|profusely|everywhere"
        r"|to death|nonstop|non stop|for hours|like crazy|and bleeding|all over)\b(?! (when (i|you"
        r"|we) |when |after |while )?(brush|floss))",
        near(
            r"bleed|bleeds|bleeding|blood|nose ?bleeds?",
            r"(wont|will not|doesnt|does not|isnt|is not|not|cant|never|didnt) (\w+"
            r" )?stop(ping)?",
            8,
        ),
        r"\bblood (is |keeps )?(coming|running|dripping) out of (my|his|her) (mouth|ears?)\b"
        r"|\bbleeding"
        r" is (really |so |very )?(heavy|bad|severe)\b",
        r"\b(cant|cannot|can not|unable to|how (to|do i)) stop (the |my |his |her )?(bleed|blood)",
        r"\b(vomit|cough|throw|threw|spit|spat|puk|chuck|bring|brought)\w* (up )?((?!little|bit"
        r"|tiny"
        r"|out)\w+ ){0,2}blood\b",
        r"\bblood in (my |his |her |the )?(vomit|sick)\b",
        r"\bblood (is |was |keeps )?(gushing|pouring|spurting|everywhere|squirting|streaming"
        r"|spraying"
        r"|all over)\b|\b(gushing|spraying|spurting|pouring|squirting) (out )?blood\b",
        r"\b(soaked|drenched|covered) (in|with) blood\b|\bcut (my|his|her) (\w+ )?(finger|fingers"
        r"|hand"
        r"|toe|arm|leg) off\b",
        r"\b(cut|severed|sliced|slit) (\w+ )?(artery|throat|wrist)\b|\b(cut|chopped) off (my"
        r"|his|her)"
        r" (\w+ )?(finger|fingers|hand|toe|arm|leg)\b",
    ),
    Flag.UNCONSCIOUS: (
        r"\bunconscious(?!ly| of)|\bpassed out\b(?! (leaflets|flyers))|\bpassing out\b"
        r"|\bblacked out\b",
        r"\b(wont|not|doesnt|does not|isnt|cant be|will not|didnt|cant) (\w+ )?wak(e|en|ing"
        r"|ed)( \w+)?"
        r" up\b|\bcant wake (him|her|my|them|up)|\bwont wake\b|\bnot waking\b",
        rf"\b{_THEM} (is not|isnt|wont|doesnt|does not|will not) respond(ing)?\b(?! to (my |the "
        rf"|our )?"
        r"(email|mail|message|call|text)s?)",
        rf"\b{_THEM} (\w+ )?(dropped|slumped|fell|went down) (\w+ )?(to|on|onto) the (floor"
        rf"|ground)\b",
        r"\b(fell|collapsed|floor|ground|down) (\w+ ){0,4}(not|wont|isnt|cant|doesnt) get(ting)?"
        r" (back )?up\b|\b(floor|ground) (\w+ ){0,2}(not|isnt|doesnt) mov(e|ing)\b",
        r"\b(going to|gonna|about to|nearly|almost|might) (pass out|faint|black out)\b(?! when)",
        rf"\bout cold\b|\b(went|gone|goes) limp\b|\b({_THEM}|i) (is |was |got |been "
        rf"|s )+knocked out\b",
        r"\b(unresponsive|not (responding|responsive)|lost consciousness|losing consciousness)\b",
        rf"\b{_WHO} (has |have |just |suddenly |had )*(collapsed|fainted|keeps fainting)\b"
        r"|\bcollapsed"
        r" (on|in|at|to) (the|my) (floor|ground|street|kitchen|bathroom)",
        r"\bfainted (twice|again|today|now|this|just|at|in|and)\b|\bin a coma\b",
    ),
    Flag.SEIZURE: (
        r"\bseizures?\b|\bconvuls|\b(having|had|has|is having) (a |an )?(epileptic )?fits?\b(?!"
        r" (and starts|note|notes))",
        rf"\bfits? (wont|will not|doesnt|isnt) stop|\b{_THEM} (is |keeps |was |s )?(seizing"
        rf"|convulsing)\b|\bhaving (a |another )?(caesar"
        r"|seizer|scissor)\b",
        r"\beyes (are |have |is )?roll(ed|ing) (back|up)|\bfoam\w* (\w+ )?(at|from|out of) (the "
        r"|his"
        r" |her )?mouth",
        r"\bjerking (all over|uncontroll|violently|and)|\b(wont|cant|doesnt) stop (shaking|jerking"
        r"|twitching)\b",
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
            r"swell(s|ing|ed)?|swollen|swelled|closing|closed( up)?|shut|closes|tightening",
            3,
        ),
        near(r"tongue|lips?", r"bigger|puffy|puffed|huge|thick", 3),
        r"\bepi ?pens?\b(?! (refill|prescription|renew\w*|training|expired|expires))",
        r"\b(used|need|use|give|gave) (my|an|the|his|her) adrenaline",
        r"\ballergic to \w+ (\w+ ){0,4}(ate|eaten|swallowed|drank|took|injected)\b",
        r"\b(having|getting|got) (a |an )?(very )?(bad|severe|strong|terrible|serious) reaction\b",
        r"\bstung (\w+ ){0,8}(swollen|swelling|breathe?|dizzy|throat)",
    ),
    Flag.OVERDOSE: (
        r"\boverdos|\bover dos(e|ed|ing)\b|\bod(ed|ing)\b",
        rf"\b(took|taken|swallowed|had|ate|eaten|swallowing) (\w+ )?{_MANY} (\w+ ){{0,3}}{_PILLS}",
        rf"\b(take|taking) (\w+ )?{_MANY} (\w+ ){{0,3}}{_PILLS}(?! (daily|((a|per|each|every) (day"
        rf"|week"
        r"|month|morning|night))))",
        rf"\b(a lot of|lots of|loads of|a handful of) {_PILLS} (and|with) (\w+ )?(alcohol|wine"
        rf"|vodka"
        r"|whisky|whiskey|beer|raki)",
        rf"\b(ate|eaten|swallowed|got into) (my|the|his|her|our|some) (\w+ ){{0,3}}{_PILLS}",
        r"\b(took|taken|swallowed|ate|drank) (two|three|four|five|six|\d) (whole )?(boxes|bottles"
        r"|packs"
        r"|packets|strips|handfuls) of",
        rf"\b(weeks?|months?) (worth|supply) of (\w+ )?{_PILLS}|\bsmell gas\b",
        rf"\btoo (many|much) (of )?(\w+ )?{_PILLS}",
        r"\b(swallowed|drank|drunk|drink|ate|eaten) (\w+ ){0,4}(bleach|poison|antifreeze"
        r"|detergent"
        r"|battery|batteries|acid|drain cleaner|cleaning fluid|weed ?killer|petrol|rat poison"
        r"|magnets)",
        r"\bpoison(ed|ing)\b(?! ivy)|\bcarbon monoxide\b|\balcohol poisoning\b",
        r"\bdouble dose of (my |the )?(insulin|heart)",
    ),
    Flag.INJURY: (
        r"\b(been|got|was|were|im|am) (just )?(stabbed|shot)\b(?! (of|up|down))|\bgun ?shot\b",
        r"\belectrocuted\b|\belectric shock\b|\bsevere(ly)? burn|\bburn(ed|t) (badly|severely)\b",
        r"\b(hit|banged|bumped) (my|his|her|the) head (\w+ ){0,5}(vomit\w*|bleed\w*|unconscious"
        r"|confused|dizzy|threw|throw\w*|double|sick)",
        r"\bfell (\w+ ){0,6}(hit|banged) (my|his|her|the) head\b",
        r"\b(hit|struck|knocked down|run over) by (a |the |my )?(\w+ )?(car|truck|bus|van|train"
        r"|tram"
        r"|lorry|motorbike|motorcycle|bike)\b|\b(been|got|was|were|just) run over\b",
        r"\bcrashed (the|my|our|his|her|a|into) (\w+ )?(car|bike|motorbike|tree|wall|truck)\b",
        r"\b(someone|somebody|they|he|she|man|guy) (just )?shot (my|me|him|her|us|at)\b(?! (text"
        r"|email|message|photo|video))",
        r"\bburn(ed|t)? (\w+ ){0,4}(boiling|acid|fire|flames|oil|petrol)\b|\b(boiling|scalding|hot)"
        r" (water|oil|fat|soup|tea) (\w+ )?(spilled|spilt|poured|fell|splashed)",
        r"\b(bleach|acid|chemicals?|lye) (\w+ )?(in|into) (my|his|her) eyes?\b",
        r"\b(snake|scorpion) (bit|bites?|stung|has bitten)\b|\b(bit|bitten|stung) by a (snake"
        r"|scorpion"
        r"|spider)\b|\bsnake ?bites?\b",
        r"\bbroke(n)? (my|his|her) (neck|back|skull)\b|\bsevere head injury\b|\bhead injury"
        r" and\b",
        r"\bfell (from|off) (the |a |his |her |my )?(\w+ )?(roof|balcony|ladder|window|building)",
        r"\bjust (had|been in|were in) (a |an )?(\w+ )?(car |road |traffic )?(accident|crash)"
        r"|\b(car|road|traffic) (accident|crash) (just|right) now\b",
        r"\bbone (is |s )?(sticking |coming )?out\b",
    ),
    Flag.EMERGENCY: (
        r"\b((this|it) is|its|thats|that is) an emergency\b(?! (dentist|clinic|appointment))",
        r"\bmedical emergency|\blife (or|and) death\b|\blife threatening",
        r"\bambulances?\b(?! (driver|service job))|\bparamedics?\b(?! (job|course|training))",
        r"\b(call|dial|phone|ring) (the )?(911|112|999|000|111|155|9 1 1|1 1 2|9 9 9|nine one one"
        r"|nine eleven|nine nine nine|one one two|one one one|one twelve|triple (nine|zero))\b(?!( "
        r"(\d|zero|oh|one|two|three|four|five|six|seven|eight|nine)\b){4}| \d{3})",
        r"^(help |please )*(911|112|999|9 1 1|1 1 2|9 9 9|nine one one|sos)( please| help)*$",
        r"\b(call|need|send|phone|get) (the |an )?emergency services?\b(?! (hours|prices?|on))",
        r"\b(emergency|urgent) help\b|\b(go|get|take (me|him|her)|rush\w*) to (the |a )?(er"
        r"|emergency"
        r" room|emergency department|hospital) (right )?now\b",
        r"\bthinks? (hes|shes|he is|she is) dead\b|\b(might|may) be dead\b|\blooks dead\b",
        rf"\b{_WHO} (am |is |are |m |s |may be |might be )+(dying"
        r"|(going to|gonna|about to) die)\b|\b(im|hes|shes|theyre) (dying|(going to|gonna|about to)"
        r" die)\b|\bfeel like (im |i am )?dying\b",
        r"\bhelp me (i|im) (\w+ )?(die|dying|cant)\b|\bsave (my|his|her) life\b",
    ),
}
