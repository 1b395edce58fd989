//! Companies, contacts, projects, sales, associates, groups, and search over them.

pub(super) mod associates;
pub(super) mod companies;
pub(super) mod contacts;
pub(super) mod groups;
pub(super) mod projects;
pub(super) mod sales;
pub(super) mod search;

use super::paging::limit;
use app::records::Browse;
use domain::{CompanyId, Result};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which rows of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Words {
    /// Every word must begin a word of the record.
    #[serde(default)]
    #[param(example = "ber")]
    q: String,
    /// The cursor of the page before, from `next`.
    after: Option<String>,
    /// How many, 1 to 200; 50 when left out.
    limit: Option<u32>,
}

impl Words {
    fn browse(self) -> Result<Browse> {
        Ok(Browse { text: self.q, company: None, after: self.after, limit: limit(self.limit)? })
    }
}

/// Which rows of a list of things that belong to companies.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WordsOfCompany {
    /// Every word must begin a word of the record.
    #[serde(default)]
    #[param(example = "ber")]
    q: String,
    /// Of this company.
    company: Option<i64>,
    /// The cursor of the page before, from `next`.
    after: Option<String>,
    /// How many, 1 to 200; 50 when left out.
    limit: Option<u32>,
}

impl WordsOfCompany {
    fn browse(self) -> Result<Browse> {
        let company = self.company.map(CompanyId);
        Ok(Browse { text: self.q, company, after: self.after, limit: limit(self.limit)? })
    }
}
