//! What the last step will make and change, told before it does.

use super::SharePoint;
use domain::sharepoint::{Active, Draft, Naming};
use domain::{Ctx, Result};

/// What is done about something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Todo {
    /// It is made.
    Make,
    /// It is there and is changed.
    Change,
    /// It is tried, and nothing of it stays.
    Try,
}

/// Something that the last step will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// What is done.
    pub todo: Todo,
    /// About what, in words.
    pub what: String,
}

fn planned(todo: Todo, what: impl Into<String>) -> Planned {
    Planned { todo, what: what.into() }
}

impl SharePoint<'_> {
    /// What the last step will do, item by item, in its order. What is there already is not in it.
    pub(super) async fn plan(&self, ctx: &Ctx, draft: &Draft) -> Result<Vec<Planned>> {
        let mut plan = self.columns_to_make(ctx, draft).await?;
        let active = self.active(ctx.installation).await?;
        plan.extend(to_switch(draft, active.as_ref()));
        plan.push(planned(
            Todo::Make,
            "The folder of the documents that everybody sees, where it is missing",
        ));
        if draft.visible_for == Some(true) {
            plan.push(planned(
                Todo::Change,
                "Who may open the folder of each user group and person: whoever belongs to it, and nobody else",
            ));
            plan.extend(self.groups_to_let_in(ctx, draft).await?);
            plan.push(planned(
                Todo::Change,
                "Who may open the folder of the templates: administrators change them, everybody else reads",
            ));
        }
        plan.push(planned(
            Todo::Try,
            "A document that is made, opened, renamed and removed again, as yourself",
        ));
        Ok(plan)
    }

    async fn columns_to_make(&self, ctx: &Ctx, draft: &Draft) -> Result<Vec<Planned>> {
        let Some(place) = draft.placed().filter(|place| !place.columns.is_empty()) else {
            return Ok(Vec::new());
        };
        let consent = self.consent(ctx).await?;
        let call = crate::registry::call(ctx, None);
        let missing = match self.site()?.ground.missing_columns(&call, &consent, place).await {
            Ok(missing) => missing,
            // The page is there to say what is the matter.
            Err(e) => {
                let what = format!("Columns that are missing. Which ones cannot be told now: {}", e.public());
                return Ok(vec![planned(Todo::Make, what)]);
            }
        };
        let libraries = draft.site.iter().flat_map(|site| &site.libraries).collect::<Vec<_>>();
        let columns = missing.iter().flat_map(|of| {
            let name =
                libraries.iter().find(|library| library.drive == of.drive).map(|library| &library.name);
            let name = name.map_or("the library", String::as_str);
            of.titles
                .iter()
                .map(move |title| planned(Todo::Make, format!("The column “{title}” in “{name}”")))
        });
        Ok(columns.collect())
    }

    async fn groups_to_let_in(&self, ctx: &Ctx, draft: &Draft) -> Result<Vec<Planned>> {
        let groups = self.groups(ctx, draft).await?.into_iter().filter(|group| !group.object.is_empty());
        let line = |group: super::GroupLine| {
            let theirs = match &group.called {
                Some(called) => format!("“{called}”"),
                None => format!("{} (not checked)", group.object),
            };
            let what = format!("The group {theirs} at Microsoft stands for “{}” on its folder", group.name);
            planned(Todo::Change, what)
        };
        Ok(groups.map(line).collect())
    }
}

/// What comes into use, beside what is in use.
fn to_switch(draft: &Draft, active: Option<&Active>) -> Vec<Planned> {
    let Some(active) = active else {
        return vec![planned(
            Todo::Make,
            "The connection comes into use: templates can send their documents there",
        )];
    };
    let mut plan = Vec::new();
    let place = draft.placed();
    let moved = place.is_some_and(|place| {
        (&place.documents, &place.templates) != (&active.place.documents, &active.place.templates)
    });
    if moved {
        let what =
            "New documents and templates go to the new folders; those that exist stay and keep their links";
        plan.push(planned(Todo::Change, what));
    }
    if place.is_some_and(|place| place.columns != active.place.columns) {
        let what = "Which columns are filled in and kept up to date; Fill in the columns, under Settings, Places, brings them to documents that exist";
        plan.push(planned(Todo::Change, what));
    }
    plan.extend(draft.switched(Some(active)).map(|switched| planned(Todo::Change, switched.words())));
    if draft.order != active.order {
        plan.push(planned(Todo::Change, "The folders that new documents are filed under"));
    }
    if draft.naming != active.naming {
        let what = match draft.naming {
            Naming::Heading => "Files of new documents are called by their heading",
            Naming::HeadingAndCompany => "Files of new documents are called by their heading and company",
        };
        plan.push(planned(Todo::Change, what));
    }
    plan
}
