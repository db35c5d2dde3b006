"""Words that end with a dot and go on: abbreviations, by language. What is missing here costs a pause that is too long.

They are those of household matters: weather, recipes, times, streets, people. A letter alone needs no line: "z. B.".
What is a word as well is not here, "so." or "sat.": its sentence would wait for the next.
"""

from collections.abc import Mapping
from typing import Final

_WORDS: Final = {
    "de": (
        "abs allg anm bd betr bez bspw bzgl bzw ca co dez dgl di dipl dr eigtl einschl engl entspr etc ev"
        " evtl exkl feb fr geb gem gesch ggf ggfs hbf hl hr hrsg inkl insb insbes jan jh jhd kfm kl max"
        " min mio mo mrd nov nr okt pkt prof sek sept sog st std str tel u.a usf usw verg vgl vmtl wg zb"
        " zit zzgl"
    ),
    "en": (
        "a.m approx apr apt aug ave blvd capt co corp dec dept dr etc feb fri ft gen gov hon hr hrs"
        " inc jan jr lt ltd max min mr mrs ms mt nov oct p.m prof rd rep sec sen sept sgt sr st tbsp thu"
        " tsp tue u.k u.s viz vol vs wed"
    ),
    "es": (
        "aprox av avda cta cía dcha depto dpto dr dra dña ed ee ej etc excmo fig gral hnos ilmo"
        " izda izq izqda lic ltda máx mín núm prof profa pról pza pág págs sr sra sras sres srta sta sto tel"
        " ud uds vd vds vol"
    ),
    "fr": (
        "adj apr av bd bld boul cf chap cie dir doc env etc ex exp fig fév hab janv juil max min mlle"
        " mm mme mmes mr nov oct p.ex pp prof qqch qqn réf sept st ste suiv tel tél vol éd"
    ),
    "it": (
        "avv c.a ca cfr dott dr ecc ed es etc fig gen geom giu ing lug mag max min mons n.b nov"
        " num ott pag pagg prof rag sec sig sig.ra sigg tel v.le vol"
    ),
    "nl": (
        "aant afb afd bijv blz bv ca dec dhr dr drs enz etc evt excl fam feb fig geb gem incl ing inl"
        " jan jl jr ks max mej mevr mgr min mln mr mrd mw nov nr nrs o.a okt pag pres prof resp sept st str"
        " tel vgl vnl zgn zn"
    ),
    "pl": (
        "al bl br cd cyt dot dr dł gen godz hab inż itd itp jw kol ks lic max mec mgr mies min mjr mld"
        " mln nast np nr ob os oś pkt pn pow pp proc prof przyp płk rdz rys sek st str szt sł tab"
        " tel tj tys tzn tzw ul ur ust wg wlkp woj wsp wyd zał zob zw śp św"
    ),
    "pt": (
        "adj alm aprox apt av bros cel cia coord ctba cód dep dir dr dra ed eng etc ex fig gen"
        " gov hab jr km ltda mons máx mín nº núm obs pres prof profa pág págs pça qtd rod sr sra"
        " srta sta sto tel trav v.sa vol"
    ),
    "sv": (
        "bl.a ca dr dvs etc ev exkl f.d f.ö fig fr inkl jfr kl kr m.fl m.m max min mån nr obs osv resp"
        " s.k st t.ex tel tfn tim"
    ),
}
ABBREVIATIONS: Final[Mapping[str, frozenset[str]]] = {
    language: frozenset(words.split()) for language, words in _WORDS.items()
}
"""By language, in lower case and without the last dot."""

ORDINAL_DOTS: Final = frozenset(
    ("bs", "cs", "da", "de", "et", "fi", "hr", "hu", "is", "lb", "lv", "nb", "pl", "sk", "sl", "sr", "sv", "tr")
)
"""Languages in which "3." is "third": a sentence that ends with a day's number waits for the next one."""
