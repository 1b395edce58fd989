//! Minutes and reports on projects and sales.

use super::spec::Block::{Bullets, Facts, Heading, Lines, Para, Subtitle, Table, Title};
use super::spec::{ENGLISH, NORWEGIAN, Paper};

pub(super) static MINUTES_EN: Paper = Paper {
    words: &ENGLISH,
    blocks: &[
        Title("Minutes: {head}"),
        Subtitle("{date}, {time}, {ocit}"),
        Facts(&[
            ("Project", "{pnam} ({pnum})"),
            ("Customer", "{name}"),
            ("Present", "{auth}, {onam}\n{name}\n{attn}"),
            ("Absent", ""),
            ("Minutes taken by", "{auth}"),
        ]),
        Heading("Decisions"),
        Bullets(&["The minutes of the last meeting were approved.", "[Decision]", "[Decision]"]),
        Heading("Discussed"),
        Para("[What was said, in the order of the agenda. One paragraph for each item is usually enough.]"),
        Heading("To do"),
        Table {
            widths: &[52, 26, 22],
            head: &["What", "Who", "By"],
            rows: &[
                &["Send these minutes to everyone present", "{auth}", "{sdat}"],
                &["", "", ""],
                &["", "", ""],
            ],
        },
        Para("The next meeting follows the milestone of the project: {pmil}."),
    ],
};

pub(super) static MINUTES_NB: Paper = Paper {
    words: &NORWEGIAN,
    blocks: &[
        Title("Referat: {head}"),
        Subtitle("{date}, kl. {time}, {ocit}"),
        Facts(&[
            ("Prosjekt", "{pnam} ({pnum})"),
            ("Kunde", "{name}"),
            ("Til stede", "{auth}, {onam}\n{name}\n{attn}"),
            ("Forfall", ""),
            ("Referent", "{auth}"),
        ]),
        Heading("Vedtak"),
        Bullets(&["Referatet fra forrige møte ble godkjent.", "[Vedtak]", "[Vedtak]"]),
        Heading("Drøftet"),
        Para("[Det som ble sagt, i sakslistens rekkefølge. Ett avsnitt for hver sak er som regel nok.]"),
        Heading("Å gjøre"),
        Table {
            widths: &[52, 26, 22],
            head: &["Hva", "Hvem", "Frist"],
            rows: &[
                &["Sende referatet til alle som var til stede", "{auth}", "{sdat}"],
                &["", "", ""],
                &["", "", ""],
            ],
        },
        Para("Neste møte følger prosjektets milepæl: {pmil}."),
    ],
};

pub(super) static PROJECT_EN: Paper = Paper {
    words: &ENGLISH,
    blocks: &[
        Title("Project status: {pnam}"),
        Subtitle("{pnum}, as of {date}"),
        Facts(&[
            ("Type", "{ptyp}"),
            ("Status", "**{psta}**"),
            ("Project manager", "{plea}"),
            ("Customer", "{name}, {city}"),
            ("Next milestone", "{pmil}"),
            ("End", "{pend}"),
            ("Project page", "{pwww}"),
        ]),
        Heading("What it is about"),
        Para("{pinf}"),
        Heading("Where we stand"),
        Table {
            widths: &[22, 14, 64],
            head: &["Area", "State", "Remarks"],
            rows: &[
                &["Time", "green", "The milestone of {pmil} stands."],
                &["Cost", "green", "Within the frame of {sacu} {salc}."],
                &["Quality", "green", "No complaints are open."],
                &["People", "yellow", "[Holidays, illness, new colleagues]"],
            ],
        },
        Heading("Since the last report"),
        Bullets(&["[What was finished]", "[What was moved, and why]"]),
        Heading("What comes next"),
        Bullets(&["[The next two or three steps, each with a name and a day]"]),
        Heading("Risks and wishes"),
        Para("[What could go wrong, and what the project needs from others to prevent it.]"),
        Lines(&["{auth}, {atit}", "{auem}, {audp}"]),
    ],
};

pub(super) static PROJECT_NB: Paper = Paper {
    words: &NORWEGIAN,
    blocks: &[
        Title("Prosjektstatus: {pnam}"),
        Subtitle("{pnum}, per {date}"),
        Facts(&[
            ("Type", "{ptyp}"),
            ("Status", "**{psta}**"),
            ("Prosjektleder", "{plea}"),
            ("Kunde", "{name}, {city}"),
            ("Neste milepæl", "{pmil}"),
            ("Slutt", "{pend}"),
            ("Prosjektside", "{pwww}"),
        ]),
        Heading("Hva det gjelder"),
        Para("{pinf}"),
        Heading("Hvor vi står"),
        Table {
            widths: &[22, 14, 64],
            head: &["Område", "Tilstand", "Merknader"],
            rows: &[
                &["Tid", "grønn", "Milepælen {pmil} står."],
                &["Kostnad", "grønn", "Innenfor rammen på {sacu} {salc}."],
                &["Kvalitet", "grønn", "Ingen åpne klager."],
                &["Folk", "gul", "[Ferie, sykdom, nye kolleger]"],
            ],
        },
        Heading("Siden forrige rapport"),
        Bullets(&["[Det som ble ferdig]", "[Det som ble flyttet, og hvorfor]"]),
        Heading("Det som kommer"),
        Bullets(&["[De neste to eller tre stegene, hvert med et navn og en dag]"]),
        Heading("Risiko og ønsker"),
        Para("[Hva som kan gå galt, og hva prosjektet trenger fra andre for å hindre det.]"),
        Lines(&["{auth}, {atit}", "{auem}, {audp}"]),
    ],
};

pub(super) static SALE_EN: Paper = Paper {
    words: &ENGLISH,
    blocks: &[
        Title("Sale summary: {sati}"),
        Subtitle("Sale {sanu}, as of {date}. For management only."),
        Table {
            widths: &[28, 24, 24, 24],
            head: &[">Amount", ">Cost", ">Earning", ">Earning, percent"],
            rows: &[&["**{sacu} {saam}**", "{sacu} {salc}", "{sacu} {saea}", "{saep}"]],
        },
        Facts(&[
            ("Customer", "{name} ({numb}), {city}, {cicn}"),
            ("Business and category", "{busi}, {cate}"),
            ("Contact", "{attn}\n{atti}"),
            ("Owner", "{saau}"),
            ("Credited to", "{sacr}"),
            ("Type", "{saty}"),
            ("Stage and status", "{sast}, {satu}"),
            ("Probability, percent", "{sapr}"),
            ("Sale date", "{sada}"),
            ("Next due", "{sadu}"),
            ("Source", "{saso}"),
            ("Competitor", "{saco}"),
            ("Reason", "{sare}"),
            ("Project", "{pnam} ({pnum}), {plea}"),
        ]),
        Heading("Assessment"),
        Para("[Why we win or lose this one, and what it teaches us for the next.]"),
        Lines(&["Written by {auth}, {atit}", "Sale id {said}, document id {doid}"]),
    ],
};
