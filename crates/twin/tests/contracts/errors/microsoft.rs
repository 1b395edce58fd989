//! Graph's refusals, and the answers of long-running copies.

use super::{Said, differences, entries, judge};
use crate::graph::{Caller, House};
use http::Method;
use serde_json::{Value, json};

/// Where the twin differs on purpose.
const MEANT: &[(&str, &str, &str)] = &[];
/// What the twin never says, and why.
const NEVER: &[(&str, &str)] =
    &[("401-InvalidAuthenticationToken-personal", "personal accounts are of another service")];

struct Stage {
    house: House,
    solveig: Caller,
    library: String,
    item: String,
}

impl Stage {
    async fn new() -> Self {
        let house = House::new();
        let (solveig, library) = (house.solveig(), house.library().await);
        let made = solveig.put(&format!("{library}/root:/a.txt:/content"), b"first").await.ok();
        let item = format!("{library}/items/{}", made["id"].as_str().unwrap());
        Self { house, solveig, library, item }
    }

    /// Gives the site of the library another shape.
    fn site(&self, change: impl FnOnce(&mut twin::microsoft::graph::state::Site)) {
        let id = self.library.trim_start_matches("/drives/").to_owned();
        self.house.twin.microsoft(|microsoft, _| {
            let content = &mut microsoft.graph.content;
            let list = content.find_drive(&id).unwrap();
            let site = content.lists[list as usize].site;
            change(&mut content.sites[site as usize]);
        });
    }

    async fn session(&self, name: &str) -> String {
        let path = format!("{}/root:/{name}:/createUploadSession", self.library);
        self.solveig.post(&path, json!({})).await.ok()["uploadUrl"].as_str().unwrap().to_owned()
    }

    async fn fragment(&self, url: &str, range: &str, size: usize) -> Said {
        self.house.plain(Method::PUT, url, &[("content-range", range)], &vec![1; size]).await.into()
    }

    /// Brings about an entry by its name.
    async fn provoke(&self, name: &str) -> Said {
        let (house, solveig) = (&self.house, &self.solveig);
        let content = format!("{}/content", self.item);
        match name {
            "401-InvalidAuthenticationToken" => {
                house.pass(3 * 3600);
                solveig.get(&self.item).await.into()
            }
            "404-itemNotFound-path" => solveig.get(&format!("{}/root:/none.txt", self.library)).await.into(),
            "409-nameAlreadyExists" => {
                let wanted = json!({ "name": "a.txt", "folder": {} });
                solveig.post(&format!("{}/root/children", self.library), wanted).await.into()
            }
            "409-upload_name_conflict" => {
                let url = self.session("b.txt").await;
                solveig.put(&format!("{}/root:/b.txt:/content", self.library), b"x").await.ok();
                self.fragment(&url, "bytes 0-3/4", 4).await
            }
            "416-invalidRange" => {
                let url = self.session("c.bin").await;
                self.fragment(&url, "bytes 0-327679/655360", 327_680).await;
                self.fragment(&url, "bytes 0-327679/655360", 327_680).await
            }
            "423-accessDenied-locked" => {
                house.erik().post(&format!("{}/checkout", self.item), json!({})).await;
                solveig.put(&content, b"x").await.into()
            }
            "423-accessDenied-lock-token" => {
                house.once("locked", json!("token"));
                solveig.put(&content, b"x").await.into()
            }
            "429-TooManyRequests" => {
                house.once("too-many-requests", json!(null));
                solveig.get(&self.item).await.into()
            }
            "429-sharepoint-headers" => loop {
                let answer = solveig.get(&format!("{}/permissions", self.item)).await;
                if !answer.status.is_success() {
                    return answer.into();
                }
            },
            "200-sharepoint-rate-headers" => loop {
                let answer = solveig.get(&format!("{}/permissions", self.item)).await;
                if answer.headers.contains_key("ratelimit-limit") {
                    return answer.into();
                }
            },
            "501-NotImplemented" => solveig.post(&format!("{}/restore", self.item), json!({})).await.into(),
            other => panic!("nothing brings about {other}"),
        }
    }

    /// Brings about a code of the list of top-level codes.
    async fn refuse(&self, code: &str) -> Said {
        let (house, solveig) = (&self.house, &self.solveig);
        let content = format!("{}/content", self.item);
        match code {
            "accessDenied" => {
                let reader = house.caller(Some("solveig"), &["Files.Read.All"]);
                reader.delete(&self.item).await.into()
            }
            "activityLimitReached" => self.provoke("429-sharepoint-headers").await,
            "generalException" => self.beyond_the_threshold().await,
            "invalidRange" => self.provoke("416-invalidRange").await,
            "invalidRequest" => {
                solveig.get(&format!("{}/root/children?$top=none", self.library)).await.into()
            }
            "itemNotFound" => self.provoke("404-itemNotFound-path").await,
            "malwareDetected" => {
                house.once("malware", json!(null));
                solveig.put(&content, b"x").await.into()
            }
            "nameAlreadyExists" => self.provoke("409-nameAlreadyExists").await,
            "notAllowed" => {
                house.once("locked", json!(null));
                solveig.put(&content, b"x").await.into()
            }
            "notSupported" => solveig.get(&format!("{content}?format=pdf")).await.into(),
            "resourceModified" => {
                let stale = [("if-match", "\"{00000000-0000-0000-0000-000000000000},1\"")];
                solveig.send(Method::DELETE, &self.item, &stale, b"").await.into()
            }
            "resyncRequired" => {
                house.once("delta-resync", json!("resyncRequired"));
                let said: Said = solveig.get(&format!("{}/root/delta", self.library)).await.into();
                assert!(said.headers.contains_key("location"), "M-18");
                said
            }
            "serviceNotAvailable" => {
                house.once("blocked", json!(null));
                solveig.get(&self.item).await.into()
            }
            "quotaLimitReached" => {
                self.site(|site| site.quota = Some(1));
                solveig.put(&content, b"more").await.into()
            }
            "unauthenticated" => {
                let url = self.session("d.bin").await;
                house.plain(Method::PUT, &url, &[("authorization", "Bearer x")], b"x").await.into()
            }
            other => panic!("nothing brings about {other}"),
        }
    }

    /// A filter by a column without an index in a long list.
    async fn beyond_the_threshold(&self) -> Said {
        let site = "/sites/kaffehuset.sharepoint.example:/sites/sales:";
        let wanted = json!({ "displayName": "Long", "columns": [{ "name": "Color", "text": {} }] });
        self.solveig.post(&format!("{site}/lists"), wanted).await.ok();
        self.house.twin.microsoft(|microsoft, _| {
            let lists = &mut microsoft.graph.content.lists;
            lists.iter_mut().find(|list| list.name == "Long").unwrap().count = 6_000;
        });
        let path = format!("{site}/lists/Long/items?$filter=fields/Color%20eq%20'Red'");
        let accepts = [("prefer", "HonorNonIndexedQueriesWarningMayFailRandomly")];
        self.solveig.send(Method::GET, &path, &accepts, b"").await.into()
    }

    /// The monitor of a copy that takes twenty seconds.
    async fn copy(&self, name: &str) -> Said {
        self.house.once("copy-seconds", json!(20));
        let wanted = json!({ "name": "copy.txt" });
        let accepted = self.solveig.post(&format!("{}/copy", self.item), wanted).await;
        if name == "copy-accepted" {
            return accepted.into();
        }
        let url = accepted.headers["location"].to_str().unwrap().to_owned();
        self.house.pass(if name == "monitor-in-progress" { 5 } else { 30 });
        match name {
            "monitor-completed-graph-docs" => self.house.once("monitor-status", json!(202)),
            "monitor-completed-onedrive-docs" => self.house.once("monitor-status", json!(303)),
            _ => {}
        }
        self.house.plain(Method::GET, &url, &[], b"").await.into()
    }
}

#[tokio::test]
async fn graph_refuses_in_the_shapes_that_were_seen() {
    // M-14, M-20, M-27
    let mut found = Vec::new();
    for entry in entries("microsoft", "graph") {
        let name = entry["name"].as_str().unwrap().to_owned();
        if NEVER.iter().any(|(never, _)| *never == name) {
            continue;
        }
        let said = Stage::new().await.provoke(&name).await;
        found.extend(differences(&entry, &said).into_iter().map(|fault| (name.clone(), fault)));
    }
    judge(found, MEANT);
}

#[tokio::test]
async fn every_code_that_the_documentation_lists_is_said() {
    let text = std::fs::read_to_string(super::super::contracts().join("microsoft/errors.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    for code in all["topLevelCodes"]["codes"].as_array().unwrap() {
        let said = Stage::new().await.refuse(code.as_str().unwrap()).await;
        assert_eq!(said.body["error"]["code"], *code, "{}", said.body);
        assert!(said.status.is_client_error() || said.status.is_server_error());
    }
}

#[tokio::test]
async fn a_copy_reports_as_both_documents_say() {
    // M-16
    let mut found = Vec::new();
    for entry in entries("microsoft", "longRunning") {
        let name = entry["name"].as_str().unwrap().to_owned();
        let said = Stage::new().await.copy(&name).await;
        found.extend(differences(&entry, &said).into_iter().map(|fault| (name.clone(), fault)));
    }
    judge(found, &[]);
}
