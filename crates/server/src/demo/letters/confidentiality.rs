//! The mutual confidentiality agreement.

use super::spec::Block::{Bullets, Clauses, Facts, Heading, Para, Signatures, Subtitle, Title};
use super::spec::{ENGLISH, NORWEGIAN, Paper};

pub(super) static CONFIDENTIALITY_EN: Paper = Paper {
    words: &ENGLISH,
    blocks: &[
        Title("Confidentiality agreement"),
        Subtitle("{oref}, {date}"),
        Facts(&[
            ("Between", "**{onam}**, {oorg}, {osad}, {ozip} {ocit}"),
            ("and", "**{name}**, {orgn}, {sadr}, {zici}, {cntr}"),
            ("Concerning", "{head}"),
        ]),
        Para("The parties want to talk openly about the matter above. So that they can, they agree:"),
        Heading("1  What is confidential"),
        Para(
            "Everything one party tells or shows the other about the matter, in whatever form, in particular:",
        ),
        Bullets(&[
            "prices, costs, volumes and the names of customers and suppliers,",
            "recipes, roasting profiles, drawings and samples,",
            "plans for shops, products and investments, and that these talks take place.",
        ]),
        Heading("2  What is not"),
        Para(
            "Information is not confidential where the receiver can show that it was public, that the receiver knew \
             it before, received it lawfully from somebody else, or found it without using what was received.",
        ),
        Heading("3  What the receiver does"),
        Clauses(&[
            (
                "3.1",
                "The receiver uses the information for the matter alone and guards it as carefully as its own.",
            ),
            (
                "3.2",
                "Only employees and advisers who need it may see it, and only when they are bound to silence. The receiver answers for them.",
            ),
            (
                "3.3",
                "Where law or an authority demands that something be given out, the receiver tells the other party first if it may, and gives out no more than it must.",
            ),
            (
                "3.4",
                "When the other party asks for it, the receiver returns or deletes the information within fourteen days and confirms this in writing. Copies in ordinary backups may age out.",
            ),
        ]),
        Heading("4  How long"),
        Para(
            "The agreement applies to what is exchanged within two years of its date. The duty of silence lasts five years from each disclosure.",
        ),
        Heading("5  If it is broken"),
        Para(
            "A party that breaks this agreement makes good the loss it causes. The other party may also ask a court \
             for an order to stop. Nothing here obliges a party to enter into a further agreement, and no right to \
             the information passes on.",
        ),
        Heading("6  Law"),
        Para("The law of {ocnr} applies, and disputes are decided by the court in {ocit}."),
        Signatures { ours: &["{onam}", "{auth}", "{atit}"], theirs: &["{name}", "{attn}", "{atti}"] },
    ],
};

pub(super) static CONFIDENTIALITY_NB: Paper = Paper {
    words: &NORWEGIAN,
    blocks: &[
        Title("Fortrolighetsavtale"),
        Subtitle("{oref}, {date}"),
        Facts(&[
            ("Mellom", "**{onam}**, {oorg}, {osad}, {ozip} {ocit}"),
            ("og", "**{name}**, {orgn}, {sadr}, {zici}, {cntr}"),
            ("Om", "{head}"),
        ]),
        Para("Partene ønsker å snakke åpent om saken ovenfor. For at de skal kunne det, avtaler de:"),
        Heading("1  Hva som er fortrolig"),
        Para("Alt den ene parten forteller eller viser den andre om saken, uansett form, særlig:"),
        Bullets(&[
            "priser, kostnader, mengder og navn på kunder og leverandører,",
            "oppskrifter, brenneprofiler, tegninger og prøver,",
            "planer for utsalg, produkter og investeringer, og at samtalene finner sted.",
        ]),
        Heading("2  Hva som ikke er det"),
        Para(
            "Opplysninger er ikke fortrolige når mottakeren kan vise at de var offentlige, at mottakeren kjente dem \
             fra før, fikk dem lovlig fra andre, eller kom fram til dem uten å bruke det som ble mottatt.",
        ),
        Heading("3  Hva mottakeren gjør"),
        Clauses(&[
            ("3.1", "Mottakeren bruker opplysningene bare til saken og verner dem like godt som sine egne."),
            (
                "3.2",
                "Bare ansatte og rådgivere som trenger dem, får se dem, og bare når de har taushetsplikt. Mottakeren svarer for dem.",
            ),
            (
                "3.3",
                "Krever lov eller myndighet at noe utleveres, varsler mottakeren den andre parten først om det er tillatt, og gir ikke ut mer enn nødvendig.",
            ),
            (
                "3.4",
                "Når den andre parten ber om det, leverer mottakeren opplysningene tilbake eller sletter dem innen fjorten dager, og bekrefter det skriftlig. Kopier i vanlige sikkerhetskopier kan eldes ut.",
            ),
        ]),
        Heading("4  Varighet"),
        Para(
            "Avtalen gjelder det som utveksles innen to år fra dens dato. Taushetsplikten varer i fem år fra hver overlevering.",
        ),
        Heading("5  Brudd"),
        Para(
            "En part som bryter avtalen, erstatter tapet den volder. Den andre parten kan også be en domstol om \
             forbud. Avtalen forplikter ingen til å inngå andre avtaler, og ingen rett til opplysningene går over.",
        ),
        Heading("6  Lovvalg"),
        Para("Norsk rett gjelder, og tvister avgjøres av tingretten i {ocit}."),
        Signatures { ours: &["{onam}", "{auth}", "{atit}"], theirs: &["{name}", "{attn}", "{atti}"] },
    ],
};
