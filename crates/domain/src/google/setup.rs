//! The way to a connected Google Drive: six steps, each open when the one before has been shown to work.

use super::{Access, Folder, Place};
use crate::identity::{Address, Registration};
use crate::{AssociateId, TemplateId};
use serde::{Deserialize, Serialize};

/// A step of the set-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Who fits the Workspace and who does not: to be known, not to be mended.
    Check,
    /// The system account is connected.
    Account,
    /// Where files lie.
    Place,
    /// Who may open them.
    Access,
    /// Which templates.
    Templates,
    /// Everything at a glance, then a trial.
    Review,
    /// It works.
    Done,
}

/// What has been decided so far. Kept after every step, so that the set-up goes on where it was left.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// The people were looked at.
    pub checked: bool,
    /// The system account may be one that somebody signs in with: said by an administrator, who knows what it means.
    pub own_account: bool,
    /// Where files lie.
    pub place: Option<Place>,
    /// Folders that were chosen at Google and can be used.
    pub picked: Vec<Folder>,
    /// Who may open them; with the place when it was chosen.
    pub access: Option<Access>,
    /// The templates were looked at.
    pub templates: bool,
    /// Templates whose documents go to Google.
    pub produce: Vec<TemplateId>,
    /// Templates that are copied to Google.
    pub copy: Vec<TemplateId>,
    /// The trial has passed.
    pub tried: bool,
}

/// The step that is open: the first that is not done. Without an active connection nothing behind it counts.
pub fn next_step(draft: &Draft, connected: bool) -> Step {
    match draft {
        _ if !draft.checked => Step::Check,
        _ if !connected => Step::Account,
        _ if draft.place.is_none() => Step::Place,
        _ if draft.access.is_none() => Step::Access,
        _ if !draft.templates => Step::Templates,
        _ if !draft.tried => Step::Review,
        _ => Step::Done,
    }
}

/// How somebody's address fits the domains that sign in at Google.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fit {
    /// It is in one of them.
    Fits,
    /// It is elsewhere: documents open for them only where the folder lets them in.
    Elsewhere,
    /// There is none, or it cannot be read.
    NoAddress,
}

/// How everybody's addresses fit. Whoever does not is named, in the order given.
pub fn fits<'a>(
    people: impl IntoIterator<Item = (AssociateId, &'a str)>,
    domains: &[Registration],
) -> Vec<(AssociateId, Fit)> {
    let google: Vec<&Registration> = domains.iter().filter(|d| d.provider.is_google()).collect();
    let fit = |text: &str| match Address::parse(text) {
        None => Fit::NoAddress,
        Some(address) if google.iter().any(|d| d.covers(&address.domain)) => Fit::Fits,
        Some(_) => Fit::Elsewhere,
    };
    people.into_iter().map(|(who, text)| (who, fit(text))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::DriveKind;
    use super::*;
    use crate::connections::Provider;

    fn place() -> Place {
        Place {
            drive: DriveKind::MyDrive,
            documents: "1AbcdefghijklmnopqrstuvwxyzABCDEF".into(),
            templates: "1Bbcdefghijklmnopqrstuvwxyz-_0123".into(),
            access: Access::Inherit,
            show_check_out: false,
            let_in: false,
        }
    }

    #[test]
    fn the_first_step_that_is_not_done_is_open() {
        let mut draft = Draft::default();
        assert_eq!(next_step(&draft, true), Step::Check);
        draft.checked = true;
        assert_eq!(next_step(&draft, false), Step::Account);
        assert_eq!(next_step(&draft, true), Step::Place);
        draft.place = Some(place());
        assert_eq!(next_step(&draft, true), Step::Access);
        draft.access = Some(Access::Inherit);
        assert_eq!(next_step(&draft, true), Step::Templates);
        draft.templates = true;
        assert_eq!(next_step(&draft, true), Step::Review);
        draft.tried = true;
        assert_eq!(next_step(&draft, true), Step::Done);
        assert_eq!(next_step(&draft, false), Step::Account, "a connection that is gone comes first");
    }

    #[test]
    fn a_draft_is_read_back_also_from_before_something_was_added() {
        let draft =
            Draft { checked: true, place: Some(place()), produce: vec![TemplateId(7)], ..Draft::default() };
        let text = serde_json::to_string(&draft).unwrap();
        assert_eq!(serde_json::from_str::<Draft>(&text).unwrap(), draft);
        assert_eq!(serde_json::from_str::<Draft>("{\"checked\":true}").unwrap().produce, []);
    }

    #[test]
    fn whoever_does_not_fit_is_named() {
        let domain = |name: &str, provider, subdomains| Registration {
            domain: name.into(),
            subdomains,
            provider,
            tenant: None,
        };
        let domains = [
            domain("kaffe.example", Provider::google(), true),
            domain("handel.example", Provider::microsoft(), false),
        ];
        let people =
            [(1, "a@kaffe.example"), (2, "B@Bar.Kaffe.Example"), (3, "c@handel.example"), (4, ""), (5, "x")]
                .map(|(id, a)| (AssociateId(id), a));
        let found: Vec<Fit> = fits(people, &domains).into_iter().map(|(_, f)| f).collect();
        assert_eq!(found, [Fit::Fits, Fit::Fits, Fit::Elsewhere, Fit::NoAddress, Fit::NoAddress]);
    }
}
