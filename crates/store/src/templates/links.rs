//! What hangs on a template: headings, groups, files.

use domain::plugin::ExternalRef;
use domain::templates::{Template, TemplateProperties, Variant};
use domain::{GroupId, HeadingId, InstallationId, PluginId, Result, TemplateId};
use jiff::Timestamp;
use platform::sql::{Columns, Tx};
use platform::{params, statements};
use std::collections::HashMap;

macro_rules! variant_columns {
    () => {
        "template_id, language, reference, file_name, media_type, size, sha256, updated_at"
    };
}

statements! {
    /// The headings of one template.
    HEADINGS = "SELECT template_id, heading_id FROM template_headings
        WHERE installation_id = $1 AND template_id = $2 ORDER BY heading_id";
    /// The headings of all templates.
    ALL_HEADINGS = "SELECT template_id, heading_id FROM template_headings
        WHERE installation_id = $1 ORDER BY template_id, heading_id";
    /// The groups that see one template.
    GROUPS = "SELECT template_id, group_id FROM template_groups
        WHERE installation_id = $1 AND template_id = $2 ORDER BY group_id";
    /// The groups that see each template.
    ALL_GROUPS = "SELECT template_id, group_id FROM template_groups
        WHERE installation_id = $1 ORDER BY template_id, group_id";
    /// The files of one template, the neutral one first.
    VARIANTS = concat!("SELECT ", variant_columns!(), " FROM template_variants
        WHERE installation_id = $1 AND template_id = $2 ORDER BY language");
    /// The files of all templates.
    ALL_VARIANTS = concat!("SELECT ", variant_columns!(), " FROM template_variants
        WHERE installation_id = $1 ORDER BY template_id, language");
    /// A template stands under a heading.
    ADD_HEADING = "INSERT INTO template_headings (installation_id, template_id, heading_id) VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING";
    /// A template stands under no heading.
    CLEAR_HEADINGS = "DELETE FROM template_headings WHERE installation_id = $1 AND template_id = $2";
    /// A group sees a template.
    ADD_GROUP = "INSERT INTO template_groups (installation_id, template_id, group_id) VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING";
    /// Everybody sees a template.
    CLEAR_GROUPS = "DELETE FROM template_groups WHERE installation_id = $1 AND template_id = $2";
    /// A file of a template, new or replaced.
    PUT_VARIANT = "INSERT INTO template_variants (installation_id, template_id, language, reference, file_name,
        media_type, size, sha256, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (installation_id, template_id, language) DO UPDATE SET reference = excluded.reference,
        file_name = excluded.file_name, media_type = excluded.media_type, size = excluded.size,
        sha256 = excluded.sha256, updated_at = excluded.updated_at";
    /// A file of a template is no more.
    REMOVE_VARIANT = "DELETE FROM template_variants
        WHERE installation_id = $1 AND template_id = $2 AND language = $3";
    /// The keys of every template file that one plugin holds.
    REFERENCES = "SELECT v.template_id, v.language, v.reference FROM template_variants v
        JOIN templates t ON t.installation_id = v.installation_id AND t.id = v.template_id
        WHERE v.installation_id = $1 AND t.kept_in = $2 ORDER BY v.template_id, v.language";
}

/// Reads what hangs on one template into it.
pub(super) fn fill_one(tx: Tx<'_>, installation: InstallationId, template: &mut Template) -> Result<()> {
    let values = params![installation, template.id];
    template.properties.headings = tx.all(&HEADINGS, values, |row| row.get(1))?;
    template.properties.groups = tx.all(&GROUPS, values, |row| row.get(1))?;
    template.variants = tx.all(&VARIANTS, values, |row| Ok(read_variant(&mut row.columns())?.1))?;
    Ok(())
}

/// Reads what hangs on all templates of the installation into those given: three statements however many.
pub(super) fn fill_all(tx: Tx<'_>, installation: InstallationId, templates: &mut [Template]) -> Result<()> {
    let values = params![installation];
    let mut headings: HashMap<TemplateId, Vec<HeadingId>> = HashMap::new();
    for (template, heading) in tx.all(&ALL_HEADINGS, values, |row| Ok((row.get(0)?, row.get(1)?)))? {
        headings.entry(template).or_default().push(heading);
    }
    let mut groups: HashMap<TemplateId, Vec<GroupId>> = HashMap::new();
    for (template, group) in tx.all(&ALL_GROUPS, values, |row| Ok((row.get(0)?, row.get(1)?)))? {
        groups.entry(template).or_default().push(group);
    }
    let mut variants: HashMap<TemplateId, Vec<Variant>> = HashMap::new();
    for (template, variant) in tx.all(&ALL_VARIANTS, values, |row| read_variant(&mut row.columns()))? {
        variants.entry(template).or_default().push(variant);
    }
    for template in templates {
        template.properties.headings = headings.remove(&template.id).unwrap_or_default();
        template.properties.groups = groups.remove(&template.id).unwrap_or_default();
        template.variants = variants.remove(&template.id).unwrap_or_default();
    }
    Ok(())
}

/// Replaces the headings and groups of a template.
pub(super) fn put(
    tx: Tx<'_>,
    installation: InstallationId,
    id: TemplateId,
    properties: &TemplateProperties,
) -> Result<()> {
    tx.execute(&CLEAR_HEADINGS, params![installation, id])?;
    for heading in &properties.headings {
        tx.execute(&ADD_HEADING, params![installation, id, *heading])?;
    }
    tx.execute(&CLEAR_GROUPS, params![installation, id])?;
    for group in &properties.groups {
        tx.execute(&ADD_GROUP, params![installation, id, *group])?;
    }
    Ok(())
}

/// Adds or replaces a file.
pub(super) fn put_variant(
    tx: Tx<'_>,
    installation: InstallationId,
    id: TemplateId,
    variant: &Variant,
    now: Timestamp,
) -> Result<u64> {
    let Variant { language, reference, file_name, media_type, size, sha256, .. } = variant;
    tx.execute(
        &PUT_VARIANT,
        params![installation, id, language, reference, file_name, media_type, *size, sha256.as_deref(), now],
    )
}

/// Takes a file away. Gives the number of files taken, 0 or 1.
pub(super) fn remove_variant(
    tx: Tx<'_>,
    installation: InstallationId,
    id: TemplateId,
    language: &str,
) -> Result<u64> {
    tx.execute(&REMOVE_VARIANT, params![installation, id, language])
}

/// Every file one plugin holds.
pub(super) fn references(
    tx: Tx<'_>,
    installation: InstallationId,
    plugin: PluginId,
) -> Result<Vec<(TemplateId, String, ExternalRef)>> {
    tx.all(&REFERENCES, params![installation, plugin], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}

fn read_variant(c: &mut Columns<'_>) -> Result<(TemplateId, Variant)> {
    Ok((
        c.take()?,
        Variant {
            language: c.take()?,
            reference: c.take()?,
            file_name: c.take()?,
            media_type: c.take()?,
            size: c.take()?,
            sha256: c.take()?,
            updated: c.take()?,
        },
    ))
}
