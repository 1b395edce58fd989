//! `/mailings/new`: which records, which template; and the forecast before anything is made.

use crate::errors::{PageError, PageResult, status};
use crate::extract::{CsrfForm, PageQuery, Signed};
use crate::forms::Faults;
use crate::page::{self, Flash, Nav, Page};
use crate::pages::documents::fields::{Line, choices};
use crate::pages::documents::words;
use crate::routes::mailings as at;
use crate::{presenters, ui};
use app::App;
use app::mailings::{Forecast, MailingAsk, Selection};
use app::records::Browse;
use askama::Template;
use axum::extract::State;
use domain::mailings::Addressee;
use domain::{Error, Result, TemplateId};
use serde::Deserialize;
use std::collections::BTreeSet;

/// How many records are shown to be ticked.
const SHOWN: u32 = 100;

/// The fields as they were typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    /// `company` or `contact`.
    pub kind: String,
    /// The words that were looked for.
    pub q: String,
    /// `all` or `ticked`.
    pub which: String,
    pub record: Vec<i64>,
    pub template: String,
    pub heading: String,
    pub language: String,
    pub date: String,
    pub joined: String,
}

impl Typed {
    fn addressee(&self) -> Addressee {
        Addressee::from_word(&self.kind).unwrap_or(Addressee::Contact)
    }

    /// What is asked for.
    /// # Errors
    /// `Invalid`, naming the field.
    fn ask(&self) -> Result<MailingAsk> {
        let kind = self.addressee();
        let template = self
            .template
            .parse::<TemplateId>()
            .map_err(|_| Error::invalid("Choose the template.").field("template"))?;
        let selection = if self.which == "ticked" {
            Selection::Records(self.record.iter().map(|id| (kind, *id)).collect())
        } else {
            Selection::All { kind, words: self.q.trim().to_owned() }
        };
        let date = match self.date.trim() {
            "" => None,
            typed => Some(
                typed.parse().map_err(|_| Error::invalid("Write the date as 2026-12-24.").field("date"))?,
            ),
        };
        let language = Some(self.language.trim().to_owned()).filter(|language| !language.is_empty());
        Ok(MailingAsk {
            template,
            selection,
            joined: !self.joined.is_empty(),
            heading: self.heading.clone(),
            language,
            visible_for: None,
            date,
            custom: std::collections::BTreeMap::new(),
        })
    }
}

/// A record to be ticked.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    id: i64,
    title: String,
    detail: String,
    ticked: bool,
}

#[derive(Debug, Template)]
#[template(path = "mailings/new.html")]
pub(crate) struct New {
    page: Page,
    action: String,
    find: String,
    typed: Typed,
    faults: Faults,
    contacts: bool,
    rows: Vec<Row>,
    more: bool,
    templates: Vec<Line>,
    languages: Vec<Line>,
}

/// The form.
pub(crate) async fn form(
    signed: Signed,
    State(app): State<App>,
    PageQuery(typed): PageQuery<Typed>,
) -> PageResult {
    page::show(&load(&app, &signed, typed, Faults::none()).await?)
}

async fn load(app: &App, signed: &Signed, typed: Typed, faults: Faults) -> Result<New, PageError> {
    let contacts = typed.addressee() == Addressee::Contact;
    let ask = Browse { text: typed.q.clone(), limit: SHOWN, ..Browse::default() };
    let all = typed.record.is_empty();
    let ticked = |id: i64| all || typed.record.contains(&id);
    let records = app.records();
    let (rows, next) = if contacts {
        let found = records.contacts(&signed.ctx, ask).await?;
        let rows = found.items.into_iter().map(|row| Row {
            id: row.contact.id.0,
            title: row.contact.full_name(),
            detail: row.company_name,
            ticked: ticked(row.contact.id.0),
        });
        (rows.collect::<Vec<_>>(), found.next)
    } else {
        let found = records.companies(&signed.ctx, ask).await?;
        let rows = found.items.into_iter().map(|row| Row {
            id: row.company.id.0,
            title: row.company.name,
            detail: row.company.postal.city,
            ticked: ticked(row.company.id.0),
        });
        (rows.collect(), found.next)
    };
    let mut templates = vec![Line::new("", "Choose one", typed.template.is_empty())];
    let mut languages = BTreeSet::new();
    for group in app.templates().choose(&signed.ctx).await? {
        for view in group.templates {
            let id = view.template.id.to_string();
            languages.extend(view.template.languages().into_iter().map(str::to_owned));
            if templates.iter().all(|line| line.value != id) {
                let here = id == typed.template;
                templates.push(Line::new(id, view.template.properties.name, here));
            }
        }
    }
    let mut lines = vec![Line::new("", "As usual for you", typed.language.is_empty())];
    lines.extend(languages.into_iter().map(|language| {
        let (here, name) = (language == typed.language, words::language(&language));
        Line::new(language, name, here)
    }));
    let (name, href) = super::crumb();
    Ok(New {
        page: Page::new(signed, "New mail merge").nav(Nav::Documents).crumb(name, href).wide(),
        action: at::forecast(),
        find: at::new("", "").split('?').next().unwrap_or_default().to_owned(),
        contacts,
        rows,
        more: next.is_some(),
        templates,
        languages: lines,
        typed,
        faults,
    })
}

/// The choice, looked at before anything is made.
#[derive(Debug, Template)]
#[template(path = "mailings/forecast.html")]
pub(crate) struct Forecasted {
    page: Page,
    start: String,
    back: String,
    typed: Typed,
    forecast: Forecast,
    size: String,
    time: String,
    wrong: Vec<(String, String)>,
}

/// `POST /mailings/forecast`
pub(crate) async fn forecast(
    signed: Signed,
    State(app): State<App>,
    CsrfForm(typed): CsrfForm<Typed>,
) -> PageResult {
    let forecast = match typed.ask() {
        Ok(ask) => app.mailings().forecast(&signed.ctx, &ask).await,
        Err(error) => Err(error),
    };
    match forecast {
        Ok(forecast) => page::show(&forecasted(&signed_page(&signed), typed, forecast)),
        Err(error) => again(&app, &signed, typed, error).await,
    }
}

fn signed_page(signed: &Signed) -> Page {
    let (name, href) = super::crumb();
    Page::new(signed, "Before it starts").nav(Nav::Documents).crumb(name, href)
}

fn forecasted(page: &Page, typed: Typed, forecast: Forecast) -> Forecasted {
    Forecasted {
        page: page.clone(),
        start: at::list(),
        back: at::new(&typed.kind, &typed.q),
        size: presenters::size(forecast.bytes),
        time: duration(forecast.seconds),
        wrong: forecast.tried.iter().filter(|(_, wrong)| !wrong.is_empty()).cloned().collect(),
        typed,
        forecast,
    }
}

/// About how long something takes.
pub(super) fn duration(seconds: u64) -> String {
    match seconds {
        0..=9 => "a few seconds".into(),
        10..=89 => format!("about {} seconds", seconds / 10 * 10),
        90..=5_399 => format!("about {} minutes", seconds.div_ceil(60)),
        _ => format!("about {} hours", seconds.div_ceil(3_600)),
    }
}

/// `POST /mailings`: begins it.
pub(crate) async fn start(
    signed: Signed,
    State(app): State<App>,
    CsrfForm(typed): CsrfForm<Typed>,
) -> PageResult {
    let started = match typed.ask() {
        Ok(ask) => app.mailings().start(&signed.ctx, ask).await,
        Err(error) => Err(error),
    };
    match started {
        Ok(view) => {
            let said = "It has begun. You may leave this page; it goes on by itself.";
            page::go_with(&at::show(view.mailing.id), Flash::done(said))
        }
        Err(error) => again(&app, &signed, typed, error).await,
    }
}

async fn again(app: &App, signed: &Signed, typed: Typed, error: Error) -> PageResult {
    match Faults::of(&error) {
        Some(faults) => page::show_with(status(error.kind()), &load(app, signed, typed, faults).await?),
        None => Err(error.into()),
    }
}

impl New {
    fn template_field(&self) -> ui::Field {
        choices(ui::select("template", "Template"), &self.templates).required().fault(&self.faults)
    }

    fn language_field(&self) -> ui::Field {
        choices(ui::select("language", "Language"), &self.languages)
            .hint("Where a template has it; the standard file otherwise.")
            .fault(&self.faults)
    }

    fn kind_field(&self) -> ui::Field {
        ui::select("kind", "Write to").choice("contact", "Contacts", self.contacts).choice(
            "company",
            "Companies",
            !self.contacts,
        )
    }
}

#[cfg(test)]
impl New {
    pub fn samples() -> Vec<Self> {
        let page = || crate::pages::documents::samples::page("New mail merge");
        let row = Row { id: 7, title: "Kari <Nord>".into(), detail: "Solsiden & co".into(), ticked: true };
        let new = |rows: Vec<Row>, faults| Self {
            page: page(),
            action: at::forecast(),
            find: "/mailings/new".into(),
            typed: Typed { q: "<sol>".into(), ..Typed::default() },
            faults,
            contacts: true,
            more: !rows.is_empty(),
            rows,
            templates: vec![Line::new("1", "Offer <b>", false)],
            languages: vec![Line::new("", "As usual", true)],
        };
        vec![new(vec![row], Faults::none()), new(Vec::new(), Faults::at("template", "Choose <it>."))]
    }
}

#[cfg(test)]
impl Forecasted {
    pub fn samples() -> Vec<Self> {
        let page = crate::pages::documents::samples::page("Before it starts");
        let forecast = |documents: u64| Forecast {
            documents,
            records: documents,
            left_out: vec![("Kari <Nord>".into(), "Has left & gone.".into())],
            left_out_count: 120,
            destination: "Archive & more".into(),
            template_name: "Offer <b>".into(),
            bytes: 4_000_000,
            seconds: 400,
            tried: vec![("Ada <L>".into(), "A value is <missing>.".into()), ("Bo".into(), String::new())],
        };
        let typed =
            Typed { record: vec![1, 2], which: "ticked".into(), kind: "contact".into(), ..Typed::default() };
        vec![forecasted(&page, typed.clone(), forecast(70)), forecasted(&page, typed, forecast(0))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_read_as_it_was_ticked_and_faults_name_their_field() {
        let typed = Typed {
            kind: "company".into(),
            which: "ticked".into(),
            record: vec![3, 5],
            template: "2".into(),
            joined: "1".into(),
            ..Typed::default()
        };
        let ask = typed.ask().unwrap();
        let chosen = vec![(Addressee::Company, 3), (Addressee::Company, 5)];
        assert_eq!((ask.selection, ask.joined), (Selection::Records(chosen), true));
        let all = Typed { which: "all".into(), q: " oslo ".into(), ..typed.clone() }.ask().unwrap();
        assert_eq!(all.selection, Selection::All { kind: Addressee::Company, words: "oslo".into() });
        let wrong = Typed { date: "tomorrow".into(), ..typed.clone() }.ask().unwrap_err();
        assert_eq!(wrong.field_name(), Some("date"));
        let wrong = Typed { template: String::new(), ..typed }.ask().unwrap_err();
        assert_eq!(wrong.field_name(), Some("template"));
    }

    #[test]
    fn times_are_told_roughly() {
        for (seconds, said) in [
            (0, "a few seconds"),
            (25, "about 20 seconds"),
            (100, "about 2 minutes"),
            (7_000, "about 2 hours"),
        ] {
            assert_eq!(duration(seconds), said);
        }
    }
}
