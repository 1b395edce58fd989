//! Templates on the wire.

use super::super::field::Field;
use super::super::wire::{Locking, Named, instant};
use app::templates::{HeadingGroup, TemplateView};
use domain::templates::{DefaultVisibility, TemplateProperties};
use domain::{GroupId, HeadingId, PluginId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The direction of the correspondence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Direction {
    /// Not said.
    Unknown,
    /// From outside.
    Incoming,
    /// To outside.
    Outgoing,
}

impl From<domain::templates::Direction> for Direction {
    fn from(d: domain::templates::Direction) -> Self {
        match d {
            domain::templates::Direction::Unknown => Self::Unknown,
            domain::templates::Direction::Incoming => Self::Incoming,
            domain::templates::Direction::Outgoing => Self::Outgoing,
        }
    }
}

impl From<Direction> for domain::templates::Direction {
    fn from(d: Direction) -> Self {
        match d {
            Direction::Unknown => Self::Unknown,
            Direction::Incoming => Self::Incoming,
            Direction::Outgoing => Self::Outgoing,
        }
    }
}

/// Who sees new documents by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DefaultAudience {
    /// Everybody.
    Everyone,
    /// The owner.
    Owner,
    /// The owner's primary group.
    OwnersGroup,
}

impl From<DefaultVisibility> for DefaultAudience {
    fn from(v: DefaultVisibility) -> Self {
        match v {
            DefaultVisibility::Everyone => Self::Everyone,
            DefaultVisibility::Owner => Self::Owner,
            DefaultVisibility::OwnersGroup => Self::OwnersGroup,
        }
    }
}

impl From<DefaultAudience> for DefaultVisibility {
    fn from(v: DefaultAudience) -> Self {
        match v {
            DefaultAudience::Everyone => Self::Everyone,
            DefaultAudience::Owner => Self::Owner,
            DefaultAudience::OwnersGroup => Self::OwnersGroup,
        }
    }
}

/// How documents made from a template get *our reference*.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({ "pattern": "OF-{snum}", "counts": true, "next": 1000 }))]
pub(crate) struct Numbering {
    /// The reference with codes in it; blank for none.
    pattern: String,
    /// A number is allocated for each document, once, and never used again.
    counts: bool,
    /// The next number to be given out, from 1.
    next: i64,
    /// The person may not change the reference.
    read_only: bool,
    /// The person may leave the reference blank.
    allow_blank: bool,
}

impl From<domain::templates::Numbering> for Numbering {
    fn from(n: domain::templates::Numbering) -> Self {
        Self {
            pattern: n.pattern,
            counts: n.counts,
            next: n.next,
            read_only: n.read_only,
            allow_blank: n.allow_blank,
        }
    }
}

impl From<Numbering> for domain::templates::Numbering {
    fn from(n: Numbering) -> Self {
        Self {
            pattern: n.pattern,
            counts: n.counts,
            next: n.next,
            read_only: n.read_only,
            allow_blank: n.allow_blank,
        }
    }
}

/// A template.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Template {
    /// Its id.
    id: i64,
    /// Counts every change; the same number as its `ETag`.
    pub row_version: i64,
    /// The name in the list.
    name: String,
    /// What it is for.
    description: String,
    /// The headings it stands under.
    headings: Vec<Named>,
    /// The user groups that see it; empty means everybody.
    groups: Vec<Named>,
    /// *Store template in*: the plugin that holds its files.
    kept_in: Named,
    /// *Document stored in*: the plugin that will hold documents made from it.
    stored_in: Named,
    /// Direction.
    direction: Direction,
    /// Our reference.
    numbering: Numbering,
    /// Who sees documents made from it.
    default_visible_for: DefaultAudience,
    /// How strictly documents made from it are to be locked and versioned.
    locking: Locking,
    /// Order within a heading, ascending.
    rank: i64,
    /// Its files, the neutral one first.
    variants: Vec<Variant>,
    /// Taken out of use.
    retired: bool,
    /// Made at.
    #[schema(format = DateTime)]
    created: String,
    /// Last changed at.
    #[schema(format = DateTime)]
    updated: String,
}

/// One file of a template.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Variant {
    /// Its language, blank for the neutral file. In addresses, the neutral file is called `neutral`.
    language: String,
    /// Its file name.
    file_name: String,
    /// Its media type.
    media_type: String,
    /// Its size in bytes.
    size: u64,
    /// The SHA-256 of its content in hexadecimal, when the place knows it.
    #[schema(required)]
    sha256: Option<String>,
    /// When it was last replaced.
    #[schema(format = DateTime)]
    updated: String,
}

impl From<TemplateView> for Template {
    fn from(view: TemplateView) -> Self {
        let t = view.template;
        let p = t.properties;
        let pair = |ids: Vec<i64>, names: Vec<String>| {
            ids.into_iter().zip(names).map(|(id, name)| Named { id, name }).collect()
        };
        Self {
            id: t.id.0,
            row_version: t.row_version,
            name: p.name,
            description: p.description,
            headings: pair(p.headings.iter().map(|h| h.0).collect(), view.heading_names),
            groups: pair(p.groups.iter().map(|g| g.0).collect(), view.group_names),
            kept_in: Named { id: t.kept_in.0, name: view.kept_in_name },
            stored_in: Named { id: p.stored_in.0, name: view.stored_in_name },
            direction: p.direction.into(),
            numbering: p.numbering.into(),
            default_visible_for: p.default_visible_for.into(),
            locking: p.semantics.into(),
            rank: p.rank,
            variants: t.variants.into_iter().map(Variant::from).collect(),
            retired: t.retired,
            created: instant(t.created),
            updated: instant(t.updated),
        }
    }
}

impl From<domain::templates::Variant> for Variant {
    fn from(v: domain::templates::Variant) -> Self {
        Self {
            language: v.language,
            file_name: v.file_name,
            media_type: v.media_type,
            size: v.size,
            sha256: v.sha256,
            updated: instant(v.updated),
        }
    }
}

/// A heading that groups templates.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Heading {
    /// Its id.
    pub id: i64,
    /// What people read.
    pub name: String,
    /// Order, ascending.
    pub rank: i64,
}

impl From<domain::templates::Heading> for Heading {
    fn from(h: domain::templates::Heading) -> Self {
        Self { id: h.id.0, name: h.name, rank: h.rank }
    }
}

/// The templates under a heading.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Section {
    /// The heading; null for templates that stand under none.
    #[schema(required)]
    heading: Option<Heading>,
    /// Its templates, in order.
    templates: Vec<Template>,
}

impl From<HeadingGroup> for Section {
    fn from(group: HeadingGroup) -> Self {
        Self {
            heading: group.heading.map(Heading::from),
            templates: group.templates.into_iter().map(Template::from).collect(),
        }
    }
}

/// A body with the members everybody writes about a template, after its own ones.
macro_rules! describes_a_template {
    ($(#[$meta:meta])* $name:ident { $($(#[$own:meta])* $member:ident: $ty:ty,)* }) => {
        #[derive(Debug, Clone, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        $(#[$meta])*
        pub(crate) struct $name {
            $($(#[$own])* pub $member: $ty,)*
            /// The name in the list, at most 120 characters.
            #[serde(default)]
            #[schema(value_type = Option<String>)]
            pub name: Field<String>,
            /// What it is for, at most 1000 characters.
            #[serde(default)]
            #[schema(value_type = Option<String>)]
            pub description: Field<String>,
            /// The ids of the headings it stands under.
            #[serde(default)]
            #[schema(value_type = Option<Vec<i64>>)]
            pub headings: Field<Vec<i64>>,
            /// The ids of the user groups that see it; empty means everybody.
            #[serde(default)]
            #[schema(value_type = Option<Vec<i64>>)]
            pub groups: Field<Vec<i64>>,
            /// *Document stored in*: the plugin that will hold documents made from it.
            #[serde(default)]
            #[schema(value_type = Option<i64>)]
            pub stored_in: Field<i64>,
            /// Direction.
            #[serde(default)]
            #[schema(value_type = Option<Direction>)]
            pub direction: Field<Direction>,
            /// Our reference, as a whole.
            #[serde(default)]
            #[schema(value_type = Option<Numbering>)]
            pub numbering: Field<Numbering>,
            /// Who sees documents made from it.
            #[serde(default)]
            #[schema(value_type = Option<DefaultAudience>)]
            pub default_visible_for: Field<DefaultAudience>,
            /// How strictly documents made from it are to be locked and versioned.
            #[serde(default)]
            #[schema(value_type = Option<Locking>)]
            pub locking: Field<Locking>,
            /// Order within a heading, ascending.
            #[serde(default)]
            #[schema(value_type = Option<i64>)]
            pub rank: Field<i64>,
        }

        impl $name {
            /// Puts what was given into `p` and leaves the rest as it is.
            pub fn apply(self, p: &mut TemplateProperties) {
                self.name.put(&mut p.name);
                self.description.put(&mut p.description);
                self.headings.each(&mut p.headings, HeadingId);
                self.groups.each(&mut p.groups, GroupId);
                let mut stored_in = Some(p.stored_in);
                self.stored_in.put_option(&mut stored_in, PluginId);
                p.stored_in = stored_in.unwrap_or_default();
                self.direction.put(&mut p.direction);
                self.numbering.put(&mut p.numbering);
                self.default_visible_for.put(&mut p.default_visible_for);
                self.locking.put(&mut p.semantics);
                self.rank.put(&mut p.rank);
            }
        }
    };
}

/// Where a new template's file comes from.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(crate) enum Origin {
    /// A blank file of this type; the plugin lists the types it can make.
    Blank(String),
    /// A copy of the template with this id, with all its languages.
    Copy(i64),
}

describes_a_template! {
    /// A template to be made from a blank file or as a copy.
    #[schema(example = json!({
        "from": { "blank": "docx" }, "name": "Short letter", "locking": "versioning",
        "numbering": { "pattern": "L-{snum}", "counts": true, "next": 1 }
    }))]
    NewTemplate {
        /// Where its file comes from.
        #[schema(inline)]
        from: Origin,
        /// *Store template in*: the plugin that will hold its file; left out, the archive.
        #[serde(default)]
        kept_in: Option<i64>,
    }
}

describes_a_template! {
    /// A template to be made from a file. Without a name it gets the file's.
    #[schema(example = json!({ "name": "Offer", "locking": "versioning" }))]
    NewTemplateFile {
        /// *Store template in*: the plugin that will hold its file; left out, the archive.
        #[serde(default)]
        kept_in: Option<i64>,
        /// Publish it although something in it is perhaps not as meant. Files with errors are refused in any case.
        #[serde(default)]
        accept_warnings: bool,
    }
}

describes_a_template! {
    /// Changes to a template's properties, as a merge patch (RFC 7396): what is left out stays, `null` clears.
    #[schema(example = json!({ "description": "For offers up to a page", "rank": 3 }))]
    TemplatePatch {}
}
