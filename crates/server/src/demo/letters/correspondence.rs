//! Letters that carry no order and no money.

use super::spec::Block::{Bullets, Closing, Heading, Opening, Para, Title};
use super::spec::{ENGLISH, NORWEGIAN, Paper};

pub(super) static LETTER_EN: Paper = Paper {
    words: &ENGLISH,
    blocks: &[
        Opening,
        Title("{head}"),
        Para("Dear {salu},"),
        Para(
            "Thank you for your message. I am writing to you as your contact at {onam}, and I hope this letter finds \
             you and everyone at {name} well.",
        ),
        Para("[Write your text here.]"),
        Para(
            "If anything is unclear, please call me on {audp} or write to {auem}. I will be glad to help, and I \
             answer within one working day.",
        ),
        Closing("Yours sincerely,"),
    ],
};

pub(super) static LETTER_NB: Paper = Paper {
    words: &NORWEGIAN,
    blocks: &[
        Opening,
        Title("{head}"),
        Para("Hei {atfn}"),
        Para(
            "Takk for henvendelsen. Jeg skriver til deg som kontaktperson i {onam}, og håper at alt står bra til hos \
             {name}.",
        ),
        Para("[Skriv teksten din her.]"),
        Para(
            "Er noe uklart, så ring meg gjerne på {audp} eller skriv til {auem}. Jeg svarer innen én arbeidsdag.",
        ),
        Closing("Vennlig hilsen"),
    ],
};

pub(super) static FOLLOW_UP_EN: Paper = Paper {
    words: &ENGLISH,
    blocks: &[
        Opening,
        Title("Following up on {sati}"),
        Para("Dear {salu},"),
        Para(
            "Some time has passed since we last spoke about **{sati}**, and I would like to hear where you stand. As \
             I noted it, the frame we discussed was **{sacu} {saam}**, with a decision by {sadu}.",
        ),
        Heading("What we have done since"),
        Bullets(&[
            "We have kept the quantities you asked for in store, without obligation.",
            "Our technicians have looked at the drawings and see no obstacle to the delivery as planned.",
            "The prices you were given stand until {sada}.",
        ]),
        Heading("What would help you decide"),
        Para(
            "If a tasting, a visit to a customer who uses the same equipment, or a trial for two weeks would be of \
             use, I will gladly arrange it. A short reply is enough: even a \"not now\" helps us plan.",
        ),
        Para("You reach me on {aupc} or at {auem}."),
        Closing("Kind regards,"),
    ],
};

pub(super) static FOLLOW_UP_NB: Paper = Paper {
    words: &NORWEGIAN,
    blocks: &[
        Opening,
        Title("Oppfølging av {sati}"),
        Para("Hei {atfn}"),
        Para(
            "Det er en stund siden vi snakket om **{sati}**, og jeg vil gjerne høre hvor dere står. Slik jeg noterte \
             det, var rammen **{sacu} {saam}**, med beslutning innen {sadu}.",
        ),
        Heading("Dette har vi gjort i mellomtiden"),
        Bullets(&[
            "Vi har holdt av mengdene dere ba om på lageret, uforpliktende.",
            "Teknikerne våre har sett på tegningene og ser ingen hindringer for leveringen slik den er planlagt.",
            "Prisene dere fikk, står ved lag til {sada}.",
        ]),
        Heading("Kan vi gjøre valget lettere?"),
        Para(
            "Er en smaking, et besøk hos en kunde med samme utstyr eller en prøveperiode på to uker til hjelp, \
             ordner jeg det gjerne. Et kort svar holder: også et «ikke nå» gjør det lettere for oss å planlegge.",
        ),
        Para("Du når meg på {aupc} eller {auem}."),
        Closing("Vennlig hilsen"),
    ],
};

pub(super) static THANKS_EN: Paper = Paper {
    words: &ENGLISH,
    blocks: &[
        Opening,
        Title("Thank you"),
        Para("Dear {salu},"),
        Para(
            "Thank you for the trust you have shown us. Working with you and your colleagues at {name} has been a \
             pleasure from the first cup to the last detail.",
        ),
        Para(
            "What we agreed on is in good hands. Should something not be as you expected, I want to be the first to \
             hear of it: {aupc}, at any time of the day.",
        ),
        Para(
            "When you are next in {ocit}, the machine at {osad} is switched on, and there is always something new to \
             taste.",
        ),
        Closing("With warm thanks,"),
    ],
};

pub(super) static THANKS_NB: Paper = Paper {
    words: &NORWEGIAN,
    blocks: &[
        Opening,
        Title("Tusen takk"),
        Para("Hei {atfn}"),
        Para(
            "Takk for tilliten. Det har vært en glede å arbeide sammen med deg og kollegene dine i {name}, fra første \
             kopp til siste detalj.",
        ),
        Para(
            "Det vi er blitt enige om, er i gode hender. Skulle noe ikke bli slik dere ventet, vil jeg gjerne være \
             den første som får vite det: {aupc}, når som helst på dagen.",
        ),
        Para("Neste gang du er i {ocit}, står maskinen på i {osad}, og det er alltid noe nytt å smake på."),
        Closing("Med takknemlig hilsen"),
    ],
};
