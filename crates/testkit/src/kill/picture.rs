//! What a house looks like to the people in it: what is compared before and after.

use crate::house::House;
use app::documents::{DocumentRow, ListDocuments};
use domain::documents::Document;
use domain::locking::CheckoutState;
use domain::plugin::{Audience, Call, Content, Which};
use domain::{Ctx, Result};
use futures_util::StreamExt as _;
use std::collections::BTreeMap;

/// Everything people can see, by the name of what it is. Equal pictures, equal houses.
pub type Picture = BTreeMap<String, String>;

/// Looks at a house with the eyes of bo and cy: every document each of them sees, with its content, versions and
/// lock, in and out of the trash; every template file.
pub async fn picture(house: &House) -> Result<Picture> {
    let mut out = Picture::new();
    for login in ["bo", "cy"] {
        let ctx = house.as_(login).await;
        for trashed in [false, true] {
            let ask = ListDocuments { trashed, limit: 200, ..ListDocuments::default() };
            for row in house.app.documents().list(&ctx, ask).await?.items {
                let what = format!("{login} sees {}", row.document.properties.heading);
                let seen = document(house, &ctx, &row, trashed).await?;
                if out.insert(what.clone(), seen).is_some() {
                    out.insert(format!("{what}, doubled"), String::new());
                }
            }
        }
    }
    let ada = house.as_("ada").await;
    for group in house.app.templates().all(&ada, false).await? {
        for view in group.templates {
            for variant in &view.template.variants {
                let reading = house
                    .app
                    .templates()
                    .read(&ada, view.template.id, &variant.language, &Which::Latest)
                    .await?;
                let name = format!("template {} {:?}", view.template.properties.name, variant.language);
                out.insert(name, text(reading.content).await?);
            }
        }
    }
    Ok(out)
}

async fn document(house: &House, ctx: &Ctx, row: &DocumentRow, trashed: bool) -> Result<String> {
    let view = house.app.documents().get(ctx, row.document.id).await?;
    let lock = match view.checkout {
        CheckoutState::Other { name, .. } => format!("held by {name}"),
        other => format!("{other:?}"),
    };
    if trashed {
        return Ok(format!("{} in the trash, {lock}", view.document.file_name));
    }
    let content = house.app.documents().read(ctx, row.document.id, &Which::Latest, None).await?;
    let content = text(content.content).await?;
    let versions = house.app.documents().versions(ctx, row.document.id).await?.len();
    let visible = view.document.properties.visible_for;
    let audience = audience(house, ctx, &view.document).await?;
    Ok(format!(
        "{} {content:?}, {versions} versions, {lock}, {visible:?}, at the place {audience:?}",
        view.document.file_name
    ))
}

/// Who may open it at its place.
async fn audience(house: &House, ctx: &Ctx, document: &Document) -> Result<Audience> {
    let call = Call {
        installation: ctx.installation,
        associate: ctx.associate_id(),
        name: "".into(),
        operation: None,
        now: ctx.now,
        accepts: Vec::new(),
    };
    house.app.plugins().get(document.plugin)?.audience(&call, document.reference()?).await
}

async fn text(mut content: Content) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = content.stream.next().await {
        bytes.extend_from_slice(&chunk?);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
