//! Offers, orders and what follows when they are not paid.

use super::spec::Block::{Bullets, Closing, Facts, Heading, Opening, Para, Table, Title};
use super::spec::{ENGLISH, NORWEGIAN, Paper};

pub(super) static OFFER_EN: Paper = Paper {
    words: &ENGLISH,
    blocks: &[
        Opening,
        Title("Offer {oref}: {sati}"),
        Para("Dear {salu},"),
        Para(
            "Thank you for asking us. We have gone through your wishes and are pleased to offer {name} the \
             following.",
        ),
        Table {
            widths: &[58, 14, 28],
            head: &["What you get", ">Quantity", ">Amount"],
            rows: &[
                &["{sati}\nas described in the attached specification", "1", "{sacu} {saam}"],
                &["Delivery to {city} and setting up", "1", "included"],
                &["Training of your staff, half a day", "1", "included"],
                &["**Total, without value added tax**", "", "**{sacu} {saam}**"],
            ],
        },
        Heading("Terms"),
        Table {
            widths: &[30, 70],
            head: &["Subject", "What applies"],
            rows: &[
                &["Validity", "This offer is open for acceptance until {sada}."],
                &["Delivery", "Within four weeks of your order, to {addr}, {zici}."],
                &["Freight", "DAP {city}, Incoterms 2020. Pallets are taken back."],
                &[
                    "Payment",
                    "30 days net from the date of the invoice. 40 % with the order where equipment is made for you.",
                ],
                &["Guarantee", "24 months on machines, parts and labour. Wearing parts are excepted."],
                &[
                    "Service",
                    "An answer within four working hours, a technician on site within two working days.",
                ],
                &["Law", "The law of {ocnr}. Disputes are settled in {ocit}."],
            ],
        },
        Heading("How to accept"),
        Para(
            "Sign a copy, or answer to {auem} quoting **{oref}**. I will then confirm the order and the day of \
             delivery. Your own reference with us is {yref}.",
        ),
        Closing("Yours sincerely,"),
    ],
};

pub(super) static OFFER_NB: Paper = Paper {
    words: &NORWEGIAN,
    blocks: &[
        Opening,
        Title("Tilbud {oref}: {sati}"),
        Para("Hei {atfn}"),
        Para(
            "Takk for at dere spurte oss. Vi har gått gjennom ønskene deres og har gleden av å tilby {name} følgende.",
        ),
        Table {
            widths: &[58, 14, 28],
            head: &["Dette får dere", ">Antall", ">Beløp"],
            rows: &[
                &["{sati}\nsom beskrevet i vedlagte spesifikasjon", "1", "{sacu} {saam}"],
                &["Levering til {city} og montering", "1", "inkludert"],
                &["Opplæring av de ansatte, en halv dag", "1", "inkludert"],
                &["**Sum, uten merverdiavgift**", "", "**{sacu} {saam}**"],
            ],
        },
        Heading("Vilkår"),
        Table {
            widths: &[30, 70],
            head: &["Emne", "Dette gjelder"],
            rows: &[
                &["Gyldighet", "Tilbudet står åpent for aksept til {sada}."],
                &["Levering", "Innen fire uker etter bestilling, til {addr}, {zici}."],
                &["Frakt", "DAP {city}, Incoterms 2020. Paller tas i retur."],
                &[
                    "Betaling",
                    "30 dager netto fra fakturadato. 40 % ved bestilling når utstyr lages særskilt for dere.",
                ],
                &["Garanti", "24 måneder på maskiner, deler og arbeid. Slitedeler er unntatt."],
                &["Service", "Svar innen fire arbeidstimer, tekniker på stedet innen to arbeidsdager."],
                &["Lovvalg", "Norsk rett. Tvister avgjøres ved tingretten i {ocit}."],
            ],
        },
        Heading("Slik aksepterer dere"),
        Para(
            "Signer en kopi, eller svar til {auem} og oppgi **{oref}**. Jeg bekrefter da bestillingen og \
             leveringsdagen. Deres egen referanse hos oss er {yref}.",
        ),
        Closing("Vennlig hilsen"),
    ],
};

pub(super) static ORDER_EN: Paper = Paper {
    words: &ENGLISH,
    blocks: &[
        Opening,
        Title("Order confirmation {oref}"),
        Para("Dear {salu},"),
        Para(
            "Thank you for your order, which we confirm as follows. Please check it and tell us at once if anything differs from what you expect.",
        ),
        Facts(&[
            ("Customer", "{name}, customer no. {numb}"),
            ("Organization number", "{orgn}"),
            ("Ordered by", "{attn}\n{atem}"),
            ("Your reference", "{yref}"),
            ("Our sale", "{sanu}, {sati}"),
        ]),
        Table {
            widths: &[14, 50, 12, 24],
            head: &["Item", "Description", ">Quantity", ">Amount"],
            rows: &[
                &["{sanu}-1", "{sati}", "1", "{sacu} {saam}"],
                &["F-DAP", "Freight to {city}, {cntr}", "1", "included"],
                &["", "**Total, without value added tax**", "", "**{sacu} {saam}**"],
            ],
        },
        Heading("Delivery"),
        Para(
            "We deliver to {sadr}, {zici}. The day of delivery is agreed with {attn} by telephone ({phon}) at least \
             three working days ahead. Please see to it that somebody can receive the goods and check them while the \
             driver is present; damage is noted on the waybill.",
        ),
        Heading("Payment"),
        Para("30 days net from the date of the invoice, which follows the delivery and quotes **{oref}**."),
        Closing("Yours sincerely,"),
    ],
};

pub(super) static ORDER_NB: Paper = Paper {
    words: &NORWEGIAN,
    blocks: &[
        Opening,
        Title("Ordrebekreftelse {oref}"),
        Para("Hei {atfn}"),
        Para(
            "Takk for bestillingen, som vi herved bekrefter. Se gjennom den, og si straks fra dersom noe avviker fra det dere venter.",
        ),
        Facts(&[
            ("Kunde", "{name}, kundenr. {numb}"),
            ("Organisasjonsnummer", "{orgn}"),
            ("Bestilt av", "{attn}\n{atem}"),
            ("Deres referanse", "{yref}"),
            ("Vårt salg", "{sanu}, {sati}"),
        ]),
        Table {
            widths: &[14, 50, 12, 24],
            head: &["Vare", "Beskrivelse", ">Antall", ">Beløp"],
            rows: &[
                &["{sanu}-1", "{sati}", "1", "{sacu} {saam}"],
                &["F-DAP", "Frakt til {city}, {cntr}", "1", "inkludert"],
                &["", "**Sum, uten merverdiavgift**", "", "**{sacu} {saam}**"],
            ],
        },
        Heading("Levering"),
        Para(
            "Vi leverer til {sadr}, {zici}. Leveringsdagen avtales med {attn} på telefon ({phon}) minst tre \
             arbeidsdager i forveien. Sørg for at noen kan ta imot varene og kontrollere dem mens sjåføren er til \
             stede; skader noteres på fraktbrevet.",
        ),
        Heading("Betaling"),
        Para("30 dager netto fra fakturadato. Fakturaen følger leveringen og er merket **{oref}**."),
        Closing("Vennlig hilsen"),
    ],
};

pub(super) static REMINDER_EN: Paper = Paper {
    words: &ENGLISH,
    blocks: &[
        Opening,
        Title("Payment reminder"),
        Para("Dear {salu},"),
        Para(
            "Our books show that the amount below has not reached us. Perhaps our letters have crossed; in that \
             case, please disregard this one.",
        ),
        Table {
            widths: &[40, 20, 40],
            head: &["Concerns", "Ordered", ">Outstanding"],
            rows: &[&["{sati} ({sanu})", "{sada}", "**{sacu} {saam}**"]],
        },
        Para("We ask you to pay within **ten days** of {date}, quoting **{oref}**."),
        Bullets(&[
            "If you disagree with the invoice, tell us why within the same ten days, and we will look into it before anything else happens.",
            "If you cannot pay now, call us. A plan in instalments is nearly always possible.",
            "After that date we charge interest on late payment at the statutory rate.",
        ]),
        Para("Questions are answered by {auth}, {audp}, {auem}."),
        Closing("Yours sincerely,"),
    ],
};

pub(super) static REMINDER_NB: Paper = Paper {
    words: &NORWEGIAN,
    blocks: &[
        Opening,
        Title("Betalingspåminnelse"),
        Para("Hei {attn}"),
        Para(
            "Vi kan ikke se å ha mottatt beløpet nedenfor. Kanskje har brevene våre krysset hverandre; i så fall ber \
             vi dere se bort fra dette.",
        ),
        Table {
            widths: &[40, 20, 40],
            head: &["Gjelder", "Bestilt", ">Utestående"],
            rows: &[&["{sati} ({sanu})", "{sada}", "**{sacu} {saam}**"]],
        },
        Para("Vi ber om betaling innen **ti dager** fra {date}. Betalingen merkes **{oref}**."),
        Bullets(&[
            "Er dere uenige i fakturaen, så gi oss grunnen innen de samme ti dagene. Da ser vi på saken før noe annet skjer.",
            "Kan dere ikke betale nå, så ring oss. En avtale om avdrag er nesten alltid mulig.",
            "Etter denne fristen beregner vi forsinkelsesrente etter loven.",
        ]),
        Para("Spørsmål besvares av {auth}, {audp}, {auem}."),
        Closing("Vennlig hilsen"),
    ],
};
