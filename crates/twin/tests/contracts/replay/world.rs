//! A small world in which every placeholder of the examples stands for something.

use crate::graph::{APP, Caller, House, receiver};
use serde_json::{Value, json};
use twin::microsoft::graph::subscriptions::Subscription;

/// What people are granted here; the examples do not tell.
const SCOPES: &[&str] =
    &["User.Read", "Files.ReadWrite.All", "Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All"];

pub struct World {
    pub house: House,
    pub solveig: Caller,
    /// An application that acts for itself.
    pub app: Caller,
    pub drive: String,
    pub folder: String,
    pub item: String,
    pub permission: String,
    /// The id of a sharing address that leads to the item, and to the folder.
    pub share: String,
    pub folder_share: String,
    pub site: String,
    pub list: String,
    pub row: String,
    pub grant: String,
    pub subscription: String,
    pub hook: String,
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("{name} of {value}")).to_owned()
}

fn share_id(url: &str) -> String {
    use base64::Engine as _;
    format!("u!{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(url))
}

impl World {
    pub async fn seeded() -> Self {
        let house = House::new();
        let (solveig, erik) = (house.caller(Some("solveig"), SCOPES), house.caller(Some("erik"), SCOPES));
        let drive = text(&solveig.get("/me/drive").await.ok(), "id");
        let folder = solveig.folder("/me/drive", "Documents").await;
        let path = "/me/drive/root:/Documents/contoso plan.docx:/content".replace(' ', "%20");
        for content in ["one", "two!", "three"] {
            solveig.put(&path, content.as_bytes()).await.ok();
        }
        for name in ["Documents/contoso plan archive", "Documents/Photos", "FolderA"] {
            let (parent, name) = name
                .rsplit_once('/')
                .map_or(("root".to_owned(), name), |(parent, name)| (format!("root:/{parent}:"), name));
            let wanted = json!({ "name": name, "folder": {} });
            solveig.post(&format!("/me/drive/{parent}/children"), wanted).await.ok();
        }
        solveig.put("/me/drive/root:/Documents/plan%20b.txt:/content", b"another").await.ok();
        let item = solveig.get(path.trim_end_matches(":/content")).await.ok();
        let item_path = format!("/me/drive/items/{}", text(&item, "id"));
        let invited = json!({ "recipients": [{ "email": "erik@kaffehuset.example" }], "roles": ["write"] });
        let above = json!({ "recipients": [{ "email": "nora@kaffehuset.example" }], "roles": ["read"] });
        solveig.post(&format!("/me/drive/items/{}/invite", text(&folder, "id")), above).await.ok();
        let permission = solveig.post(&format!("{item_path}/invite"), invited).await.ok();
        let wanted = json!({ "type": "view", "scope": "users" });
        let link = solveig.post(&format!("{item_path}/createLink"), wanted).await.ok();
        solveig.post(&format!("{item_path}/follow"), json!({})).await.ok();
        shared_by(&erik).await;
        let site = text(&solveig.get("/sites/kaffehuset.sharepoint.example:/sites/sales").await.ok(), "id");
        let (list, row) = inventory(&solveig, &site).await;
        let wanted = json!({ "roles": ["read"], "grantedToIdentities": [{ "application": { "id": APP } }] });
        let grant = solveig.post(&format!("/sites/{site}/permissions"), wanted).await.ok();
        let (hook, received) = receiver(true).await;
        // Whoever is notified listens to the end of the test.
        std::mem::forget(received);
        let subscription = subscribe(&house, &drive, &hook);
        Self {
            app: house.caller(None, SCOPES),
            folder: text(&folder, "id"),
            item: text(&item, "id"),
            permission: text(&permission["value"][0], "id"),
            share: share_id(link["link"]["webUrl"].as_str().unwrap()),
            folder_share: share_id(folder["webUrl"].as_str().unwrap()),
            grant: text(&grant, "id"),
            house,
            solveig,
            drive,
            site,
            list,
            row,
            subscription,
            hook,
        }
    }
}

/// Somebody else shares a file by name.
async fn shared_by(erik: &Caller) {
    let made = erik.put("/me/drive/root:/Team%20Roster.xlsx:/content", b"roster").await.ok();
    let wanted = json!({ "recipients": [{ "email": "solveig@kaffehuset.example" }], "roles": ["read"] });
    erik.post(&format!("/me/drive/items/{}/invite", text(&made, "id")), wanted).await.ok();
}

/// A list with the columns of the examples, and a row with three versions.
async fn inventory(solveig: &Caller, site: &str) -> (String, String) {
    let columns = json!([
        { "name": "Name", "text": {}, "description": "Customer-facing name of the SKU" },
        { "name": "Color", "text": {} },
        { "name": "Quantity", "number": {} },
        { "name": "Weight", "number": {} },
    ]);
    let wanted =
        json!({ "displayName": "Inventory", "columns": columns, "list": { "template": "genericList" } });
    let list = text(&solveig.post(&format!("/sites/{site}/lists"), wanted).await.ok(), "id");
    let rows = format!("/sites/{site}/lists/{list}/items");
    let fields = json!({ "Name": "Widget", "Color": "Blue", "Quantity": 2357 });
    let row = text(&solveig.post(&rows, json!({ "fields": fields })).await.ok(), "id");
    solveig
        .post(&rows, json!({ "fields": { "Name": "Gadget", "Color": "Red", "Quantity": 503 } }))
        .await
        .ok();
    for quantity in [1, 2357] {
        solveig.patch(&format!("{rows}/{row}/fields"), json!({ "Quantity": quantity })).await.ok();
    }
    (list, row)
}

fn subscribe(house: &House, drive: &str, hook: &str) -> String {
    let id = "7f105c7d-2dc5-4530-97cd-4e7ae6534c07".to_owned();
    house.twin.microsoft(|microsoft, shared| {
        let solveig = microsoft.directory.tenant("kaffehuset.example").unwrap();
        let made = Subscription {
            id: id.clone(),
            list: microsoft.graph.content.find_drive(drive).unwrap(),
            resource: "/me/drive/root".into(),
            url: hook.into(),
            lifecycle_url: Some(hook.into()),
            client_state: Some("secretClientValue".into()),
            expires: shared.clock.now().as_microsecond() + 3_600_000_000,
            tenant: solveig.id.clone(),
            user: solveig.user("solveig@kaffehuset.example").unwrap().id.clone(),
            app: APP.into(),
            sent: 0,
            reminded: false,
        };
        microsoft.graph.subscriptions.push(made);
    });
    id
}
