//! A CRM side on the stage: tables, use cases and doors of its own, which know the login page by the protocol only.

use super::{LOGIN, Stage};
use crate::house::{Ground, House};
use app::sign_in::LoginPage;
use broker::{InProcess, NewInstallation};
use broker_client::{BrokerClient, FolderKeys};
use domain::AssociateId;
use serde_json::json;
use std::sync::Arc;

/// A CRM side.
#[derive(Debug)]
pub struct Crm {
    /// Tables and use cases.
    pub house: House,
    /// Its address.
    pub base: String,
}

impl Crm {
    /// Opens a CRM for the house's people at `https://nordlys.test`, known to the login page as `nordlys`.
    pub async fn open(stage: &Stage) -> Self {
        let ground = Ground { beginning: stage.now(), durable: false, ..Ground::default() };
        let mut house = House::empty(ground).await;
        house.people().await.unwrap();
        let base = "https://nordlys.test".to_owned();
        let keys = Arc::new(FolderKeys::at(house.directory().join("keys")).unwrap());
        let wire = Arc::new(InProcess::new(LOGIN, broker::router(Arc::clone(&stage.house))));
        let client = BrokerClient::new(LOGIN, wire, keys);
        let key = client.key("nordlys").unwrap();
        let new = NewInstallation {
            key: "nordlys".into(),
            name: "Nordlys".into(),
            public_keys: json!({"keys": [key.signing.public_jwk()]}),
            redirects: vec![format!("{base}/sign-in/return")],
            start_url: format!("{base}/sign-in/start?installation=nordlys"),
            logout_url: format!("{base}/sign-in/logout"),
        };
        stage.house.put_installation(new).await.unwrap();
        house.app.connect_login_page(LoginPage::new(client, format!("{base}/sign-in/return"), Vec::new()));
        let clock = stage.twin.clone();
        let settings = web::Settings {
            base: web::Base::parse(&base).unwrap(),
            now: Arc::new(move || {
                let now = clock.house().clock.now();
                jiff::Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
            }),
            metrics: Arc::new(String::new),
            open_metrics: false,
        };
        let router = web::router(web::State { app: house.app.clone(), settings: Arc::new(settings) });
        stage.doors.lock().unwrap().insert("nordlys.test".to_owned(), router);
        Self { house, base }
    }

    /// Gives an associate an e-mail address.
    pub async fn address(&self, login: &str, email: &str) -> AssociateId {
        let (of, login, email) = (self.house.installation.id, login.to_owned(), email.to_owned());
        let now = self.house.now();
        self.house
            .app
            .store()
            .write(move |tx| {
                let mut who = tx.associates(of).by_login(&login)?.unwrap();
                who.email = email;
                tx.associates(of).update(&who, now)?;
                Ok(who.id)
            })
            .await
            .unwrap()
    }

    /// Registers a domain as ada, the administrator, would.
    pub async fn domain(&self, domain: &str, provider: &str) {
        let ctx = self.house.as_("ada").await;
        self.house.app.sign_in().put_domain(&ctx, domain, &provider.parse().unwrap(), false).await.unwrap();
    }
}
