//! The cooperation agreement in Norwegian, clause by clause as in English.

use super::spec::Block::{
    Clauses, Facts, Heading, HeadingOnNewPage, Lines, Para, Signatures, Subtitle, Table, Title,
};
use super::spec::{NORWEGIAN, Paper};

pub(super) static COOPERATION_NB: Paper = Paper {
    words: &NORWEGIAN,
    blocks: &[
        Title("Samarbeidsavtale"),
        Subtitle("Avtale {oref} av {date}"),
        Para("mellom"),
        Facts(&[
            (
                "**{onam}**",
                "Organisasjonsnummer {oorg}\n{osad}, {ozip} {ocit}, {ocnr}\nrepresentert ved {auth}, {atit} («**Nordlys**»)",
            ),
            (
                "**{name}**",
                "Organisasjonsnummer {orgn}\n{sadr}, {zici}, {cntr}\nrepresentert ved {attn}, {atti} («**Partneren**»)",
            ),
        ]),
        Para("sammen kalt «Partene», er det inngått følgende avtale."),
        Heading("1  Formål"),
        Clauses(&[
            (
                "1.1",
                "Partene ønsker å samarbeide om salg av kaffe, te, kaféutstyr og servise i Partnerens marked, innenfor prosjektet **{pnam}** ({pnum}).",
            ),
            (
                "1.2",
                "Hver Part driver sin egen virksomhet. Ingen av dem kan forplikte den andre, og avtalen stifter verken selskap eller annet fellesskap.",
            ),
            (
                "1.3",
                "Avtalen gjelder for hver bestilling Partneren gjør mens den løper, med mindre ordrebekreftelsen skriftlig sier noe annet.",
            ),
        ]),
        Heading("2  Nordlys' plikter"),
        Clauses(&[
            (
                "2.1",
                "Nordlys leverer varer av avtalt kvalitet. For kaffe og te oppgis opprinnelse, innhøsting og parti.",
            ),
            (
                "2.2",
                "Nordlys holder et lager for Partneren som dekker seks ukers ventet salg, etter planen i punkt 4.",
            ),
            (
                "2.3",
                "Nordlys lærer opp inntil seks av Partnerens ansatte hvert år, uten vederlag, i sine lokaler i {ocit}.",
            ),
            ("2.4", "Nordlys låner ut en demonstrasjonsmaskin og materiell til smakinger og messer."),
        ]),
        Heading("3  Partnerens plikter"),
        Clauses(&[
            (
                "3.1",
                "Partneren markedsfører varene aktivt og for egen regning, med omtanke for deres gode navn.",
            ),
            (
                "3.2",
                "Partneren lagrer kaffe og te tørt, mørkt og uten lukt, og selger varene før datoen på pakken.",
            ),
            (
                "3.3",
                "Partneren melder fra om klager uten opphold og tar vare på prøver av det aktuelle partiet i åtte uker.",
            ),
            ("3.4", "Partneren endrer ikke emballasje, etiketter eller maskiner uten skriftlig samtykke."),
        ]),
        Heading("4  Planlegging og bestilling"),
        Clauses(&[
            (
                "4.1",
                "Innen den tiende i hver måned sender Partneren en prognose for de tre neste månedene. Den første måneden er bindende innenfor ti prosent.",
            ),
            (
                "4.2",
                "Bestillinger sendes skriftlig til {oema}. En bestilling er mottatt når Nordlys bekrefter den, innen to arbeidsdager.",
            ),
            (
                "4.3",
                "Varer som lages særskilt for Partneren, bestilles i de hele mengdene i vedlegg A og kan ikke returneres.",
            ),
        ]),
        Heading("5  Priser og betaling"),
        Clauses(&[
            (
                "5.1",
                "Prisene følger av vedlegg A, i {sacu}, uten merverdiavgift, toll og frakt. De gjennomgås hvert år den første februar.",
            ),
            (
                "5.2",
                "Endrer markedsprisen på råkaffe seg med mer enn femten prosent i et kvartal, kan hver av Partene kreve nye priser. Til de er avtalt, kan begge stanse nye bestillinger av kaffe.",
            ),
            ("5.3", "Fakturaer betales innen tretti dager. Forsinkelsesrente beregnes etter norsk lov."),
            ("5.4", "Nordlys har salgspant i varene til de er betalt."),
        ]),
        Heading("6  Levering, risiko og mangler"),
        Clauses(&[
            (
                "6.1",
                "Levering skjer DAP {city}, Incoterms 2020, om ikke ordrebekreftelsen nevner et annet sted.",
            ),
            (
                "6.2",
                "Partneren undersøker varene straks. Synlige mangler meldes innen fem arbeidsdager, skjulte innen fem arbeidsdager etter at de ble oppdaget.",
            ),
            (
                "6.3",
                "Nordlys velger om mangelfulle varer skal rettes, byttes eller krediteres. Er det ikke gjort innen tretti dager, kan Partneren heve det aktuelle kjøpet.",
            ),
            (
                "6.4",
                "Ingen av Partene svarer for indirekte tap, unntatt ved forsett eller grov uaktsomhet, eller der loven ikke tillater slik begrensning.",
            ),
        ]),
        Heading("7  Navn og merker"),
        Clauses(&[
            (
                "7.1",
                "Partneren kan bruke Nordlys' navn og merker til å selge varene, i den form Nordlys gir dem, og til ingenting annet.",
            ),
            (
                "7.2",
                "Retten faller bort når avtalen opphører. Partneren kan selge det som er på lager, i ytterligere tre måneder.",
            ),
        ]),
        Heading("8  Fortrolighet og personopplysninger"),
        Clauses(&[
            (
                "8.1",
                "Priser, prognoser, oppskrifter og kundelister er fortrolige mens avtalen løper og i tre år deretter.",
            ),
            (
                "8.2",
                "Hver Part behandler den andres kontaktopplysninger bare for å oppfylle avtalen, og sletter dem når de ikke lenger trengs.",
            ),
        ]),
        Heading("9  Ansvarlig handel"),
        Clauses(&[
            (
                "9.1",
                "Begge Parter respekterer menneskerettighetene, betaler lovlig lønn og godtar verken tvangsarbeid eller barnearbeid, hos seg selv eller hos leverandører.",
            ),
            (
                "9.2",
                "På oppfordring, og høyst én gang i året, viser hver Part hvordan leverandørene følges opp.",
            ),
            (
                "9.3",
                "Et alvorlig brudd på dette punktet som ikke er rettet innen seksti dager, gir den andre Parten rett til å heve avtalen.",
            ),
        ]),
        Heading("10  Varighet og opphør"),
        Clauses(&[
            (
                "10.1",
                "Avtalen gjelder fra siste underskrift til {pend}, og fornyes deretter med ett år om gangen dersom ingen sier den opp tre måneder i forveien.",
            ),
            (
                "10.2",
                "Hver Part kan heve avtalen ved vesentlig mislighold som ikke er rettet innen tretti dager etter skriftlig varsel, eller dersom den andre blir insolvent.",
            ),
            ("10.3", "Bestillinger som er bekreftet før opphøret, gjennomføres som avtalt."),
        ]),
        Heading("11  Øvrige bestemmelser"),
        Clauses(&[
            (
                "11.1",
                "Kontaktpersoner er {auth} ({auem}, {audp}) for Nordlys og {attn} ({atem}, {phon}) for Partneren.",
            ),
            (
                "11.2",
                "Endringer gjelder bare når de er skriftlige. Er et punkt ugyldig, står de andre ved lag, og Partene erstatter det med det som ligger nærmest formålet.",
            ),
            (
                "11.3",
                "Forhold utenfor en Parts kontroll, som krig, streik, sviktende avling eller stengte havner, utsetter pliktene så lenge de varer.",
            ),
            (
                "11.4",
                "Norsk rett gjelder. Partene søker først å løse tvister ved samtaler mellom lederne; deretter avgjør tingretten i {ocit}.",
            ),
        ]),
        Para("Avtalen er utferdiget i to eksemplarer, ett til hver Part."),
        Signatures { ours: &["{onam}", "{auth}", "{atit}"], theirs: &["{name}", "{attn}", "{atti}"] },
        HeadingOnNewPage("Vedlegg A  Varer og vilkår"),
        Para("Vedlegget hører til avtale {oref} og erstatter alle tidligere."),
        Table {
            widths: &[34, 40, 26],
            head: &["Gruppe", "Vilkår", "Minste mengde"],
            rows: &[
                &["Råkaffe", "listepris minus 6 %", "10 sekker à 60 kg"],
                &["Brent kaffe", "listepris minus 22 %", "1 palle, blandet"],
                &["Løs te", "listepris minus 25 %", "24 bokser av en sort"],
                &["Espressomaskiner og kverner", "listepris minus 18 %", "1 stk."],
                &["Servise, lagervare", "listepris minus 28 %", "6 kartonger"],
                &["Servise med egen dekor", "etter særskilt tilbud", "600 stk."],
            ],
        },
        Heading("Årsbonus"),
        Table {
            widths: &[60, 40],
            head: &["Kjøp i et kalenderår, {sacu}", ">Bonus"],
            rows: &[
                &["inntil 250 000", "ingen"],
                &["over 250 000", "2 %"],
                &["over 750 000", "3,5 %"],
                &["over 2 000 000", "5 %"],
            ],
        },
        Lines(&[
            "Bonusen krediteres i januar.",
            "Varer som er returnert eller ikke betalt, regnes ikke med.",
        ]),
    ],
};
