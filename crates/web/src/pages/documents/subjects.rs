//! Choosing what a document is about: a company, a contact, a project, a sale.
//!
//! Each is a list to choose from with a field beside it that finds others by name. It works as it is; with
//! JavaScript it becomes one field that searches while somebody types.

use super::typed::Typed;
use crate::errors::PageResult;
use crate::extract::{PageQuery, Signed};
use crate::routes;
use app::App;
use app::records::Browse;
use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use domain::{CompanyId, ContactId, Ctx, Error, ProjectId, Result, SaleId};
use serde::{Deserialize, Serialize};

/// How many records are offered at once.
const OFFERED: u32 = 25;

/// The kinds of record a document can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Company,
    Contact,
    Project,
    Sale,
}

impl Subject {
    const ALL: [Self; 4] = [Self::Company, Self::Contact, Self::Project, Self::Sale];

    fn word(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Contact => "contact",
            Self::Project => "project",
            Self::Sale => "sale",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Company => "Company",
            Self::Contact => "Contact",
            Self::Project => "Project",
            Self::Sale => "Sale",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
}

/// A record somebody can choose.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(crate) struct Choice {
    pub id: i64,
    pub title: String,
    /// What tells it from others of that name.
    pub detail: String,
    /// The company it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<i64>,
}

impl Choice {
    /// The text of a line in a list.
    pub fn line(&self) -> String {
        if self.detail.is_empty() { self.title.clone() } else { format!("{} · {}", self.title, self.detail) }
    }

    #[cfg(test)]
    pub fn sample(id: i64, title: &str, detail: &str) -> Self {
        Self { id, title: title.into(), detail: detail.into(), company: None }
    }
}

/// One field to choose a record.
#[derive(Debug, Clone, PartialEq, Eq, Default, Template)]
#[template(path = "documents/picker.html")]
pub(crate) struct Picker {
    pub name: &'static str,
    pub label: &'static str,
    /// Where records are searched while somebody types.
    pub source: String,
    pub chosen: Option<Choice>,
    /// Others to choose from.
    pub offered: Vec<Choice>,
    /// What was looked for.
    pub typed: String,
    /// How the search came out.
    pub note: String,
    /// What is wrong with the choice.
    pub fault: String,
    /// Where *Find* is sent; blank for the form's own address.
    pub find_at: String,
    /// What choosing none is called.
    pub none: &'static str,
    /// What is chosen is a suggestion.
    pub suggested: bool,
    /// Where a suggestion for another company is asked for; blank when none is made.
    pub suggest_at: String,
}

crate::ui::safe!(Picker);

impl Picker {
    pub fn of(subject: Subject) -> Self {
        Self {
            name: subject.word(),
            label: subject.label(),
            source: routes::documents::pick(subject.word()),
            none: "None",
            ..Self::default()
        }
    }
}

/// The fields to choose what a document is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Pickers(pub Vec<Picker>);

impl Pickers {
    /// The field for a kind.
    pub fn of_mut(&mut self, word: &str) -> Option<&mut Picker> {
        self.0.iter_mut().find(|p| p.name == word)
    }

    #[cfg(test)]
    pub fn sample() -> Self {
        let mut all = Self(Subject::ALL.into_iter().map(Picker::of).collect());
        if let Some(company) = all.0.first_mut() {
            company.chosen = Some(Choice::sample(5, "Fjord & Fisk <AS>", "Bergen"));
            company.offered = vec![Choice::sample(6, "Nordlys Handel", "")];
            company.typed = "nord".into();
            company.note = "1 found".into();
        }
        all
    }

    /// The title of what is chosen of a kind.
    pub fn title(&self, word: &str) -> Option<&str> {
        self.0.iter().find(|p| p.name == word).and_then(|p| p.chosen.as_ref()).map(|c| c.title.as_str())
    }
}

/// The fields for what was typed: what is chosen by its name, what can be chosen beside it, and what was looked for.
/// When a search finds exactly one record, it is chosen.
pub(crate) async fn pickers(app: &App, ctx: &Ctx, typed: &mut Typed) -> Result<Pickers> {
    let about = typed.about();
    let finding = Subject::from_word(&typed.find);
    let mut all = Vec::with_capacity(4);
    let mut company = None;
    for subject in Subject::ALL {
        let (id, looked_for) = match subject {
            Subject::Company => (about.company, &typed.company_find),
            Subject::Contact => (about.contact, &typed.contact_find),
            Subject::Project => (about.project, &typed.project_find),
            Subject::Sale => (about.sale, &typed.sale_find),
        };
        let mut picker = Picker::of(subject);
        picker.chosen = match id {
            Some(id) => named(app, ctx, subject, id).await?,
            None => None,
        };
        if finding == Some(subject) {
            picker.typed.clone_from(looked_for);
            picker.offered = search(app, ctx, subject, looked_for, None).await?;
            picker.note = outcome(&picker.offered, looked_for);
            if let [only] = picker.offered.as_slice() {
                picker.chosen = Some(only.clone());
            }
        } else if subject == Subject::Company || company.is_some() {
            picker.offered = search(app, ctx, subject, "", company).await?;
        }
        if subject == Subject::Company {
            company = picker.chosen.as_ref().map(|c| CompanyId(c.id));
        }
        if let Some(chosen) = &picker.chosen {
            picker.offered.retain(|c| c.id != chosen.id);
        }
        all.push(picker);
    }
    let id = |n: usize| {
        all.get(n).and_then(|p: &Picker| p.chosen.as_ref()).map(|c| c.id.to_string()).unwrap_or_default()
    };
    (typed.company, typed.contact, typed.project, typed.sale) = (id(0), id(1), id(2), id(3));
    Ok(Pickers(all))
}

fn outcome(found: &[Choice], looked_for: &str) -> String {
    match found.len() {
        0 => format!("Nothing begins with “{}”. Try fewer letters.", looked_for.trim()),
        1 => "Found and chosen.".into(),
        n if n >= OFFERED as usize => {
            format!("The first {n} are in the list. Type more letters to narrow it down.")
        }
        n => format!("{n} found. Choose one in the list."),
    }
}

/// A record by its id; `None` when there is no such record here any more.
pub(crate) async fn named(app: &App, ctx: &Ctx, subject: Subject, id: i64) -> Result<Option<Choice>> {
    let records = app.records();
    let found = match subject {
        Subject::Company => records.company(ctx, CompanyId(id)).await.map(|v| Choice {
            id,
            title: v.company.name,
            detail: v.company.department,
            company: None,
        }),
        Subject::Contact => records.contact(ctx, ContactId(id)).await.map(|v| Choice {
            id,
            title: v.contact.full_name(),
            detail: v.company_name,
            company: v.contact.company.map(|c| c.0),
        }),
        Subject::Project => records.project(ctx, ProjectId(id)).await.map(|v| Choice {
            id,
            title: v.project.name,
            detail: v.company_name,
            company: v.project.company.map(|c| c.0),
        }),
        Subject::Sale => records.sale(ctx, SaleId(id)).await.map(|v| Choice {
            id,
            title: v.sale.title,
            detail: v.company_name,
            company: v.sale.company.map(|c| c.0),
        }),
    };
    match found {
        Ok(choice) => Ok(Some(choice)),
        Err(e) if e.kind() == domain::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// Records whose words begin with the words of `text`, of a company where one is given.
async fn search(
    app: &App,
    ctx: &Ctx,
    subject: Subject,
    text: &str,
    company: Option<CompanyId>,
) -> Result<Vec<Choice>> {
    let ask = Browse { text: text.to_owned(), company, limit: OFFERED, ..Browse::default() };
    let records = app.records();
    Ok(match subject {
        Subject::Company => (records.companies(ctx, ask).await?.items.into_iter())
            .map(|r| Choice {
                id: r.company.id.0,
                detail: first_of(&[&r.company.department, &r.company.postal.city, &r.company.street.city]),
                title: r.company.name,
                company: None,
            })
            .collect(),
        Subject::Contact => (records.contacts(ctx, ask).await?.items.into_iter())
            .map(|r| Choice {
                id: r.contact.id.0,
                title: r.contact.full_name(),
                detail: if company.is_some() { r.contact.title } else { r.company_name },
                company: r.contact.company.map(|c| c.0),
            })
            .collect(),
        Subject::Project => (records.projects(ctx, ask).await?.items.into_iter())
            .map(|r| Choice {
                id: r.project.id.0,
                title: r.project.name,
                detail: if company.is_some() { r.project.number } else { r.company_name },
                company: r.project.company.map(|c| c.0),
            })
            .collect(),
        Subject::Sale => (records.sales(ctx, ask).await?.items.into_iter())
            .map(|r| Choice {
                id: r.sale.id.0,
                title: r.sale.title,
                detail: if company.is_some() { r.sale.number } else { r.company_name },
                company: r.sale.company.map(|c| c.0),
            })
            .collect(),
    })
}

fn first_of(texts: &[&String]) -> String {
    texts.iter().find(|t| !t.is_empty()).map(|t| (*t).clone()).unwrap_or_default()
}

/// What is looked for while somebody types.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PickQuery {
    q: String,
    company: String,
    /// One record by its id, to learn its name.
    id: String,
}

/// `GET /documents/pick/{kind}`: records to choose from, as JSON.
pub(crate) async fn pick(
    signed: Signed,
    State(app): State<App>,
    Path(kind): Path<String>,
    PageQuery(query): PageQuery<PickQuery>,
) -> PageResult {
    let subject = Subject::from_word(&kind).ok_or_else(|| Error::not_found("list"))?;
    let choices = if let Some(id) = super::typed::chosen::<i64>("id", &query.id)? {
        named(&app, &signed.ctx, subject, id).await?.into_iter().collect()
    } else {
        let company = super::typed::chosen("company", &query.company)?;
        search(&app, &signed.ctx, subject, &query.q, company).await?
    };
    let more = choices.len() >= OFFERED as usize;
    Ok(Json(serde_json::json!({ "choices": choices, "more": more })).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_says_how_it_came_out() {
        let some = |n: usize| vec![Choice::default(); n];
        assert!(outcome(&some(0), " zz ").contains("“zz”"));
        assert!(outcome(&some(1), "a").contains("chosen"));
        assert!(outcome(&some(3), "a").starts_with('3'));
        assert!(outcome(&some(OFFERED as usize), "a").contains("narrow"));
    }

    #[test]
    fn each_kind_is_known_by_its_word_only() {
        for subject in Subject::ALL {
            assert_eq!(Subject::from_word(subject.word()), Some(subject));
        }
        assert_eq!(Subject::from_word("associate"), None);
    }
}
