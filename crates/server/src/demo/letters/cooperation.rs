//! The cooperation agreement: several pages, with parties, clauses and an annex.

use super::spec::Block::{
    Clauses, Facts, Heading, HeadingOnNewPage, Lines, Para, Signatures, Subtitle, Table, Title,
};
use super::spec::{ENGLISH, Paper};

pub(super) static COOPERATION_EN: Paper = Paper {
    words: &ENGLISH,
    blocks: &[
        Title("Cooperation agreement"),
        Subtitle("Agreement {oref} of {date}"),
        Para("between"),
        Facts(&[
            (
                "**{onam}**",
                "Organization number {oorg}\n{osad}, {ozip} {ocit}, {ocnr}\nrepresented by {auth}, {atit} (\"**Nordlys**\")",
            ),
            (
                "**{name}**",
                "Organization number {orgn}\n{sadr}, {zici}, {cntr}\nrepresented by {attn}, {atti} (the \"**Partner**\")",
            ),
        ]),
        Para("together the \"Parties\", who have agreed on the following."),
        Heading("1  Purpose"),
        Clauses(&[
            (
                "1.1",
                "The Parties wish to work together on the sale of coffee, tea, café equipment and tableware in the Partner's market, under the project **{pnam}** ({pnum}).",
            ),
            (
                "1.2",
                "Each Party remains an independent business. Neither may bind the other, and no company or partnership is formed by this agreement.",
            ),
            (
                "1.3",
                "What is agreed here applies to every order the Partner places while the agreement is in force, unless the order confirmation says otherwise in writing.",
            ),
        ]),
        Heading("2  What Nordlys does"),
        Clauses(&[
            (
                "2.1",
                "Nordlys delivers goods of the agreed quality, with origin, harvest and batch stated for coffee and tea.",
            ),
            (
                "2.2",
                "Nordlys keeps a stock for the Partner that covers the expected sale of six weeks, as planned under clause 4.",
            ),
            (
                "2.3",
                "Nordlys trains up to six of the Partner's staff each year, free of charge, at its premises in {ocit}.",
            ),
            (
                "2.4",
                "Nordlys lends the Partner a demonstration machine and the material for tastings and fairs.",
            ),
        ]),
        Heading("3  What the Partner does"),
        Clauses(&[
            (
                "3.1",
                "The Partner markets the goods actively, at its own cost, with care for their good name.",
            ),
            (
                "3.2",
                "The Partner stores coffee and tea dry, dark and away from smells, and sells them before the date on the package.",
            ),
            (
                "3.3",
                "The Partner tells Nordlys without delay about complaints, and keeps samples of the batch concerned for eight weeks.",
            ),
            ("3.4", "The Partner does not change packages, labels or machines without written consent."),
        ]),
        Heading("4  Planning and orders"),
        Clauses(&[
            (
                "4.1",
                "By the tenth of each month, the Partner sends a forecast for the three months that follow. The first month is binding within ten percent.",
            ),
            (
                "4.2",
                "Orders are placed in writing to {oema}. An order is accepted when Nordlys confirms it, within two working days.",
            ),
            (
                "4.3",
                "Goods made especially for the Partner are ordered in the whole quantities of Annex A and cannot be returned.",
            ),
        ]),
        Heading("5  Prices and payment"),
        Clauses(&[
            (
                "5.1",
                "Prices are those of Annex A, in {sacu}, without value added tax, duties and freight. They are reviewed each year on the first of February.",
            ),
            (
                "5.2",
                "Where the market price of green coffee moves by more than fifteen percent in a quarter, each Party may ask for new prices. Until they are agreed, each may suspend new orders of coffee.",
            ),
            (
                "5.3",
                "Invoices are paid within thirty days. Interest on late payment follows the law of {ocnr}.",
            ),
            ("5.4", "The goods remain the property of Nordlys until they are paid for."),
        ]),
        Heading("6  Delivery, risk and defects"),
        Clauses(&[
            (
                "6.1",
                "Delivery is DAP {city}, Incoterms 2020, unless the order confirmation names another place.",
            ),
            (
                "6.2",
                "The Partner examines the goods at once. Visible defects are reported within five working days, hidden ones within five working days of their discovery.",
            ),
            (
                "6.3",
                "Nordlys repairs, replaces or credits defective goods at its choice. If that has not happened within thirty days, the Partner may cancel the order concerned.",
            ),
            (
                "6.4",
                "Neither Party is liable for indirect loss, except where it acted with intent or gross negligence, or where the law does not allow it to be excluded.",
            ),
        ]),
        Heading("7  Names and marks"),
        Clauses(&[
            (
                "7.1",
                "The Partner may use the names and marks of Nordlys to sell the goods, in the form Nordlys supplies, and for nothing else.",
            ),
            (
                "7.2",
                "The right ends with this agreement. The Partner may sell what it has in store for three months more.",
            ),
        ]),
        Heading("8  Confidentiality and personal data"),
        Clauses(&[
            (
                "8.1",
                "Prices, forecasts, recipes and customer lists are confidential during the agreement and for three years after it.",
            ),
            (
                "8.2",
                "Each Party handles the other's contact data only to carry out this agreement, and deletes it when it no longer needs it.",
            ),
        ]),
        Heading("9  Responsible trade"),
        Clauses(&[
            (
                "9.1",
                "Both Parties respect human rights, pay lawful wages and accept no forced or child labour, neither at home nor at their suppliers.",
            ),
            (
                "9.2",
                "On request, and at most once a year, each Party shows the other how it checks its suppliers.",
            ),
            (
                "9.3",
                "A serious breach of this clause that is not put right within sixty days entitles the other Party to end the agreement at once.",
            ),
        ]),
        Heading("10  Term and end"),
        Clauses(&[
            (
                "10.1",
                "The agreement applies from the date of the last signature to {pend}, and is then prolonged by a year at a time unless a Party gives notice three months ahead.",
            ),
            (
                "10.2",
                "Each Party may end it at once if the other breaks it materially and does not mend matters within thirty days of a written warning, or becomes insolvent.",
            ),
            ("10.3", "Orders confirmed before the end are carried out as agreed."),
        ]),
        Heading("11  Other matters"),
        Clauses(&[
            (
                "11.1",
                "The contact persons are {auth} ({auem}, {audp}) for Nordlys and {attn} ({atem}, {phon}) for the Partner.",
            ),
            (
                "11.2",
                "Changes are valid only in writing. If a clause is void, the others stand, and the Parties replace it by one that comes closest to its purpose.",
            ),
            (
                "11.3",
                "Events beyond a Party's control, such as war, strike, failed harvest or closed harbours, suspend its duties for as long as they last.",
            ),
            (
                "11.4",
                "The law of {ocnr} applies. The Parties try to settle disputes by talks between their managers first; thereafter the court in {ocit} decides.",
            ),
        ]),
        Para("This agreement is made in two copies, one for each Party."),
        Signatures { ours: &["{onam}", "{auth}", "{atit}"], theirs: &["{name}", "{attn}", "{atti}"] },
        HeadingOnNewPage("Annex A  Goods and conditions"),
        Para("This annex belongs to agreement {oref} and replaces any earlier one."),
        Table {
            widths: &[34, 40, 26],
            head: &["Group", "Condition", "Smallest quantity"],
            rows: &[
                &["Green coffee", "list price less 6 %", "10 bags of 60 kg"],
                &["Roasted coffee", "list price less 22 %", "1 pallet, mixed"],
                &["Loose tea", "list price less 25 %", "24 tins of a sort"],
                &["Espresso machines and grinders", "list price less 18 %", "1 piece"],
                &["Tableware, stock series", "list price less 28 %", "6 cartons"],
                &["Tableware, own decoration", "by separate offer", "600 pieces"],
            ],
        },
        Heading("Yearly bonus"),
        Table {
            widths: &[60, 40],
            head: &["Purchases in a calendar year, {sacu}", ">Bonus"],
            rows: &[
                &["up to 250,000", "none"],
                &["above 250,000", "2 %"],
                &["above 750,000", "3.5 %"],
                &["above 2,000,000", "5 %"],
            ],
        },
        Lines(&[
            "The bonus is credited in January.",
            "Goods that were returned or not paid for do not count.",
        ]),
    ],
};
