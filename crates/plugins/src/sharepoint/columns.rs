//! Columns of a library: those for the facts of documents, and those that its owners made and want filled in.

use super::SharePoint;
use super::calls::At;
use super::desk::Desk;
use super::founding::{Founder, unplaced};
use super::place::{Connected, Library};
use super::wire::Column;
use bytes::Bytes;
use domain::plugin::{Call, Placement};
use domain::sharepoint::{Fact, Facts, Missing};
use domain::{Error, ErrorKind, Result};
use serde_json::{Value, json};

/// The column that holds our reference: hidden and indexed. It survives a rename and a move, and no copy has it.
pub(crate) const STAMP: &str = "ChanceryId";
/// The longest text of a column for a fact, in characters.
const LONGEST: usize = 255;
/// How often the file of a trial is looked for (M-25).
const YOUNG: u32 = 4;

/// A column that is made.
#[derive(Debug, Clone, Copy)]
struct Made {
    name: &'static str,
    title: &'static str,
    /// Hidden from people, and indexed.
    is_id: bool,
    longest: usize,
}

/// The columns for the facts that were chosen, that of our reference first; none when none was.
fn wanted(facts: &Facts) -> Vec<Made> {
    if facts.is_empty() {
        return Vec::new();
    }
    let stamp = Made { name: STAMP, title: "Chancery id", is_id: true, longest: 64 };
    let of =
        |fact: Fact| Made { name: fact.column(), title: fact.title(), is_id: fact.is_id(), longest: LONGEST };
    std::iter::once(stamp).chain(facts.iter().map(of)).collect()
}

/// The columns for the facts that were chosen that are not among those of a library, as people read them.
pub(crate) fn missing(facts: &Facts, known: &[Column]) -> Vec<&'static str> {
    wanted(facts).into_iter().filter(|made| !made.is_among(known)).map(|made| made.title).collect()
}

impl Made {
    fn body(self) -> Value {
        let mut body = json!({
            "name": self.name,
            "displayName": self.title,
            "text": { "maxLength": self.longest },
        });
        if self.is_id {
            (body["hidden"], body["indexed"]) = (json!(true), json!(true));
        }
        body
    }

    fn is_among(self, known: &[Column]) -> bool {
        known.iter().any(|column| column.name.eq_ignore_ascii_case(self.name))
    }
}

/// The values of the columns for a document.
pub(crate) fn fields(facts: &Facts, place: &Placement) -> Value {
    let mut fields = json!({});
    for fact in facts.iter() {
        fields[fact.column()] = fact.of(place).map_or(Value::Null, Value::String);
    }
    fields
}

/// The columns that must be filled in before a file can be published, as people read them. A file's own name is one
/// that always is.
pub(crate) fn required(columns: &[Column]) -> Vec<String> {
    let asks = |column: &&Column| {
        column.required
            && !column.read_only
            && !column.hidden
            && column.default_value.is_none()
            && column.name != "FileLeafRef"
    };
    columns.iter().filter(asks).map(|column| column.display_name.clone()).collect()
}

impl Desk<'_> {
    /// The columns that the libraries of the place do not have yet.
    pub async fn missing_columns(&self) -> Result<Vec<Missing>> {
        let mut all = Vec::new();
        for drive in self.drives() {
            let missing = missing(&self.place.columns, &self.app.columns(drive).await?);
            if !missing.is_empty() {
                let titles = missing.into_iter().map(str::to_owned).collect();
                all.push(Missing { drive: drive.to_owned(), titles });
            }
        }
        Ok(all)
    }

    /// Makes the columns that are missing; what was made, in the words of people.
    pub async fn make_columns(&self) -> Result<Vec<&'static str>> {
        let mut all = Vec::new();
        for drive in self.drives() {
            let known = self.app.columns(drive).await?;
            for made in wanted(&self.place.columns).into_iter().filter(|made| !made.is_among(&known)) {
                self.app.add_column(drive, &made.body()).await?;
                all.push(made.title);
            }
        }
        Ok(all)
    }

    /// Makes an empty file, looks whether it is checked out at once, and removes it for good.
    async fn keeps_checked_out(&self, library: &Library) -> Result<bool> {
        let folder = At { drive: &library.drive, item: &library.folder };
        let name = format!("chancery-trial-{}.txt", self.call.now.as_millisecond());
        let made = self.app.put_new(folder, &name, Bytes::new()).await?;
        let at = At { drive: &library.drive, item: &made.id };
        let mut found = self.app.item(at).await?;
        for tried in 0..YOUNG {
            if found.is_some() {
                break;
            }
            self.app.pause(tried).await;
            found = self.app.item(at).await?;
        }
        self.app.destroy(at).await?;
        let found = found.ok_or_else(|| {
            Error::new(
                ErrorKind::Unavailable,
                "SharePoint does not show a file that was made to try the library. It was removed; try again in a minute.",
            )
        })?;
        Ok(found.is_checked_out())
    }
}

impl SharePoint {
    /// The columns of a library that must be filled in before a file can be published, as people read them.
    /// # Errors
    /// As Graph refuses.
    pub async fn required(&self, call: &Call, founder: Founder, drive: &str) -> Result<Vec<String>> {
        let desk = self.shared.desk_at(call, unplaced(founder)).await?;
        Ok(required(&desk.app.columns(drive).await?))
    }

    /// Whether a library keeps new files checked out; Graph does not tell, so a file is made, looked at and removed.
    /// # Errors
    /// As Graph refuses.
    pub async fn keeps_checked_out(&self, call: &Call, founder: Founder, library: &Library) -> Result<bool> {
        self.shared.desk_at(call, unplaced(founder)).await?.keeps_checked_out(library).await
    }

    /// The columns that a place still needs that is not in use yet.
    /// # Errors
    /// As Graph refuses.
    pub async fn missing_columns(&self, call: &Call, connected: Connected) -> Result<Vec<Missing>> {
        self.shared.desk_at(call, connected).await?.missing_columns().await
    }

    /// Makes them; what was made, as people read it.
    /// # Errors
    /// As Graph refuses.
    pub async fn make_columns(&self, call: &Call, connected: Connected) -> Result<Vec<String>> {
        let made = self.shared.desk_at(call, connected).await?.make_columns().await?;
        Ok(made.into_iter().map(str::to_owned).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::CompanyId;

    #[test]
    fn facts_that_are_missing_empty_their_columns_and_no_other_column_is_written() {
        let place = Placement {
            company: Some("Fjord".into()),
            company_id: Some(CompanyId(7)),
            year: Some(2026),
            ..Placement::default()
        };
        let chosen = [Fact::Company, Fact::CompanyId, Fact::Project].into_iter().collect();
        let written =
            json!({ "ChanceryCompany": "Fjord", "ChanceryCompanyId": "7", "ChanceryProject": null });
        assert_eq!(fields(&chosen, &place), written);
    }

    #[test]
    fn numbers_are_hidden_and_indexed_and_no_column_is_made_for_nothing() {
        assert!(wanted(&Facts::default()).is_empty());
        let made = wanted(&[Fact::Year, Fact::CompanyId].into_iter().collect());
        let shown: Vec<_> = made.iter().map(|made| (made.name, made.body()["hidden"] == true)).collect();
        assert_eq!(shown, [(STAMP, true), ("ChanceryYear", false), ("ChanceryCompanyId", true)]);
        assert!(made.iter().all(|made| made.body()["hidden"] == made.body()["indexed"]));
    }

    #[test]
    fn columns_that_people_must_fill_in_are_told_and_those_of_sharepoint_are_not() {
        let column = |name: &str, change: fn(&mut Column)| {
            let mut column =
                Column { name: name.into(), display_name: format!("{name}!"), ..Column::default() };
            column.required = true;
            change(&mut column);
            column
        };
        let all = [
            column("Case", |_| {}),
            column("FileLeafRef", |_| {}),
            column("Computed", |c| c.read_only = true),
            column("Hidden", |c| c.hidden = true),
            column("WithDefault", |c| c.default_value = Some(json!({ "value": "x" }))),
            column("Free", |c| c.required = false),
        ];
        assert_eq!(required(&all), ["Case!"]);
    }
}
