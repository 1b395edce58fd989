//! Who can open a document, here and at its place.

use super::super::query::At;
use super::super::refusals::{Refusals, Writing};
use super::super::wire::Named;
use super::wire::Document;
use crate::errors::Problem;
use crate::extract::Caller;
use app::App;
use app::documents::{Opener, Openers};
use axum::Json;
use axum::extract::State;
use domain::DocumentId;
use domain::openers::{Reason, There, Verdict};
use domain::plugin::{Grantee, PlaceRight};
use serde::Serialize;
use utoipa::ToSchema;

/// Whom a right lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Whom {
    /// One person of the installation.
    Associate,
    /// Somebody whom the installation does not know.
    Outsider,
    /// The members of a group at the place.
    Group,
    /// Whoever runs the place: they can open everything there.
    Keepers,
    /// Everybody of the organisation.
    Organisation,
    /// Whoever has a link.
    Link,
}

/// What a right allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Allows {
    /// Looking at it.
    Read,
    /// Changing it.
    Write,
    /// Deciding who may do what.
    Manage,
}

/// A right at the document's place.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Right {
    /// Whom it lets in.
    whom: Whom,
    /// The name people read.
    #[schema(example = "Sales")]
    name: String,
    /// What it allows.
    allows: Allows,
    /// The folder it was given on; blank for the file itself.
    folder: String,
    /// Somebody has given it by hand.
    by_hand: bool,
}

/// Whether the place lets somebody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LetIn {
    /// Yes.
    Yes,
    /// If they are in a group whose members the place does not tell, or have a link.
    Perhaps,
    /// No.
    No,
    /// The place has no rights of its own: everybody comes through the CRM.
    ThroughHost,
    /// The place did not answer.
    Unknown,
}

/// Why the CRM shows a document to somebody, or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Why {
    /// It is visible for everybody.
    Everybody,
    /// They own it.
    Owner,
    /// They belong to the group it is for.
    Member,
    /// They hold the draft.
    Drafting,
    /// Somebody else holds the draft.
    Draft,
    /// It is private.
    Private,
    /// They do not belong to the group it is for.
    NotAMember,
}

/// How the CRM and the place go together for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Together {
    /// Both say the same.
    Agreed,
    /// The place lets them in, and the CRM does not.
    Beyond,
    /// The CRM shows it, and the place does not let them in.
    ShutOut,
    /// Only the place can tell.
    Untold,
}

/// Somebody's standing with a document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Standing {
    /// Who.
    associate: Named,
    /// Whether the CRM shows it to them.
    here: bool,
    /// Why.
    because: Why,
    /// Whether its place lets them in.
    there: LetIn,
    /// How the two go together.
    together: Together,
}

/// Who can open a document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Access {
    /// The name of its place.
    #[schema(example = "SharePoint")]
    place: String,
    /// Everybody who can sign in, those first with whom the two sides differ.
    people: Vec<Standing>,
    /// The rights at its place; `null` where it has none of its own, or did not tell.
    rights: Option<Vec<Right>>,
    /// Why its place did not tell; blank when it did.
    untold: String,
    /// Whether it lies elsewhere than where documents of its audience belong.
    misplaced: bool,
}

/// Tell who can open a document, and why
///
/// The rule of the CRM and the rights at the document's place, side by side, as they are now.
#[utoipa::path(get, path = "/api/v1/documents/{id}/access", tag = "documents", operation_id = "get_document_access",
    params(("id" = i64, Path, description = "The document's id", example = 1)),
    responses((status = 200, body = Access), Refusals))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(DocumentId,)>,
) -> Result<Json<Access>, Problem> {
    Ok(Json(app.documents().openers(&caller.ctx, id).await?.into()))
}

/// Put the rights at a document's place in order
///
/// As its *Visible for* says; what somebody has given by hand is taken back.
#[utoipa::path(post, path = "/api/v1/documents/{id}/access", tag = "documents",
    operation_id = "settle_document_access",
    params(("id" = i64, Path, description = "The document's id", example = 1)),
    responses((status = 200, body = Document), Refusals, Writing))]
pub(crate) async fn settle(
    State(app): State<App>,
    caller: Caller,
    At((id,)): At<(DocumentId,)>,
) -> Result<Json<Document>, Problem> {
    Ok(Json(app.documents().settle_access(&caller.ctx, id).await?.view.into()))
}

impl From<Openers> for Access {
    fn from(found: Openers) -> Self {
        let told = found.untold.is_empty();
        Self {
            place: found.view.plugin_name.clone(),
            people: found.people.iter().map(|person| standing(person, told)).collect(),
            misplaced: found.access.as_ref().is_some_and(|access| access.misplaced),
            rights: found.access.map(|access| access.ways.into_iter().map(right).collect()),
            untold: found.untold,
        }
    }
}

fn standing(person: &Opener, told: bool) -> Standing {
    Standing {
        associate: Named { id: person.associate.0, name: person.name.clone() },
        here: person.here,
        because: match person.reason {
            Reason::Everybody => Why::Everybody,
            Reason::Owner => Why::Owner,
            Reason::Member(_) => Why::Member,
            Reason::Drafting => Why::Drafting,
            Reason::Draft => Why::Draft,
            Reason::Private => Why::Private,
            Reason::Stranger(_) => Why::NotAMember,
        },
        there: match person.there {
            _ if !told => LetIn::Unknown,
            There::Yes(_) | There::Asked => LetIn::Yes,
            There::Perhaps(_) => LetIn::Perhaps,
            There::No => LetIn::No,
            There::ThroughHost => LetIn::ThroughHost,
        },
        together: match person.verdict {
            Verdict::Agreed => Together::Agreed,
            Verdict::Beyond => Together::Beyond,
            Verdict::ShutOut => Together::ShutOut,
            Verdict::Untold => Together::Untold,
        },
    }
}

fn right(way: domain::plugin::Way) -> Right {
    Right {
        whom: match way.to {
            Grantee::Person(Some(_)) => Whom::Associate,
            Grantee::Person(None) => Whom::Outsider,
            Grantee::Group(_) => Whom::Group,
            Grantee::Keepers => Whom::Keepers,
            Grantee::Organisation => Whom::Organisation,
            Grantee::Link(_) => Whom::Link,
        },
        name: way.name,
        allows: match way.right {
            PlaceRight::Read => Allows::Read,
            PlaceRight::Write => Allows::Write,
            PlaceRight::Manage => Allows::Manage,
        },
        folder: way.folder,
        by_hand: !way.expected,
    }
}
