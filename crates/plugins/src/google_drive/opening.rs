//! Opening a file at Google: an address that works for the person who clicks it.
//!
//! Google's own refusal says nothing that helps, so whether it would refuse is found out first. What the document's
//! audience should give and does not is given; a folder that is the customer's own business is not touched unless the
//! administrator has said so, and then the person reads who can help (T01).

use super::audience::Scope;
use super::desk::{Desk, Thing};
use super::place::{Access, Person};
use super::wire::Permission;
use domain::plugin::{Audience, ExternalRef, OpenAs, VersionId, Which};
use domain::{AssociateId, Error, Result};

impl Desk<'_> {
    /// Where a person opens a file in the browser. Google has no address that opens a desktop application, and none for
    /// an earlier version.
    /// # Errors
    /// `Forbidden` when Google would not let the person in, with the sentence that says who can help.
    pub async fn open_url(
        &self,
        reference: &ExternalRef,
        which: &Which,
        open: OpenAs,
    ) -> Result<Option<String>> {
        let thing = self.find_usable(reference).await?;
        let earlier = matches!(which, Which::Version(VersionId(id)) if !id.is_empty());
        let Some(link) = thing.file.web_view_link.clone().filter(|_| !open.desktop && !earlier) else {
            return Ok(None);
        };
        if let Some(who) = self.call.associate {
            self.let_in(&thing, who).await?;
        }
        Ok(Some(link))
    }

    /// Makes sure that Google lets somebody open a file, as far as that is ours to give.
    async fn let_in(&self, thing: &Thing, who: AssociateId) -> Result<()> {
        let person = self.shared.people.person(self.call.installation, who).await?;
        let Some(Person { address: Some(address), .. }) = person else { return Err(no_account()) };
        if self.opens_for(thing, &address).await? {
            return Ok(());
        }
        // Somebody has taken at Google what the audience gives, or the person has come since.
        let moved = thing.marks.is_moved(thing.file.parent());
        if !moved {
            self.put_in_order(&Scope::of(&thing.marks.audience)).await?;
            let everybodys = thing.marks.audience == Audience::Inherited;
            if everybodys && self.lets_in_on_opening() && !self.opens_for(thing, &address).await? {
                self.invite(&address).await?;
            }
            if self.opens_for(thing, &address).await? {
                return Ok(());
            }
        }
        let folders = self.folders_above(&thing.file).await?;
        Err(shut_out(&address, &folders.join("/"), moved))
    }

    /// Whether people who open a document are let into the folder of everybody's documents.
    pub fn lets_in_on_opening(&self) -> bool {
        let place = &self.line.connected.place;
        place.let_in && place.access == Access::Inherit
    }

    async fn opens_for(&self, thing: &Thing, address: &str) -> Result<bool> {
        let permissions = self.line.permissions(thing.id()).await?;
        Ok(permissions.iter().any(|permission| covers(permission, address)))
    }
}

/// Whether a permission lets the account of this address in. Who is in a group at Google is not told to us: a group is
/// believed to hold whom the administrator put it there for.
fn covers(permission: &Permission, address: &str) -> bool {
    let is = |given: &Option<String>, wanted: &str| {
        given.as_deref().is_some_and(|g| g.eq_ignore_ascii_case(wanted))
    };
    let domain = address.rsplit('@').next().unwrap_or_default();
    !permission.deleted
        && match permission.kind.as_str() {
            "anyone" | "group" => true,
            "domain" => is(&permission.domain, domain),
            _ => is(&permission.email_address, address),
        }
}

fn no_account() -> Error {
    Error::forbidden(
        "No Google account of yours is known here, so Google would not let you in. Sign in with Google once, or ask your \
         administrator to enter the address of your Google account. You can download the document meanwhile.",
    )
}

fn shut_out(address: &str, folder: &str, moved: bool) -> Error {
    let text = if moved {
        format!(
            "Google does not let {address} open this document: somebody has moved it to the folder “{folder}”. Ask whoever \
             owns that folder to share it with you, or to move the document back. You can download it meanwhile."
        )
    } else {
        format!(
            "Google does not let {address} open this document. Ask your administrator to share the folder “{folder}” with \
             you at Google, or to choose under Settings, Google Drive, who may open documents there. You can download it \
             meanwhile."
        )
    };
    Error::forbidden(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_lets_in_whom_it_names() {
        let permission = |kind: &str, address: Option<&str>, domain: Option<&str>| Permission {
            kind: kind.into(),
            email_address: address.map(str::to_owned),
            domain: domain.map(str::to_owned),
            ..Permission::default()
        };
        let table = [
            (permission("user", Some("Anna@Example.com"), None), true),
            (permission("user", Some("bruno@example.com"), None), false),
            (permission("user", None, None), false),
            (permission("domain", None, Some("example.com")), true),
            (permission("domain", None, Some("ample.com")), false),
            (permission("group", Some("all@example.com"), None), true),
            (permission("anyone", None, None), true),
            (Permission { deleted: true, ..permission("user", Some("anna@example.com"), None) }, false),
        ];
        for (permission, expected) in table {
            assert_eq!(covers(&permission, "anna@example.com"), expected, "{permission:?}");
        }
    }
}
