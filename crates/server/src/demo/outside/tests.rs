use super::*;
use crate::demo::sample;
use domain::records::RecordKind;
use std::collections::BTreeMap;

/// The sample's associates: e-mail, whether retired, whether with a plan.
fn associates() -> Vec<(String, bool, bool)> {
    let mut reader = csv::Reader::from_reader(sample::csv(RecordKind::Associate).as_bytes());
    let head: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let at = |name: &str| head.iter().position(|h| h == name).unwrap();
    let (email, retired, plan) = (at("email"), at("retired"), at("has_plan"));
    reader
        .records()
        .map(|line| {
            let line = line.unwrap();
            (line[email].to_owned(), &line[retired] == "true", &line[plan] == "true")
        })
        .collect()
}

#[test]
fn the_samples_people_have_accounts_and_every_way_to_be_refused_is_among_them() {
    let world = world("http://127.0.0.1:1").unwrap();
    let google = world.google.domains.iter().flat_map(|d| &d.users).map(|u| u.email.clone());
    let microsoft =
        world.microsoft.tenants.iter().flat_map(|t| &t.users).map(|u| u.user_principal_name.clone());
    let accounts: Vec<String> = google.chain(microsoft).collect();
    let people = associates();
    let without: Vec<_> = people.iter().filter(|(email, ..)| !accounts.contains(email)).collect();
    assert!(without.is_empty(), "{without:?}");
    let good_at = |domain: &str| {
        people.iter().filter(|(email, retired, plan)| email.ends_with(domain) && !retired && *plan).count()
    };
    assert!(good_at(GOOGLE_DOMAIN) >= 3 && good_at(MICROSOFT_DOMAIN) >= 3);
    assert!(people.iter().any(|(_, retired, _)| *retired), "somebody has left");
    assert!(people.iter().any(|(_, _, plan)| !plan), "somebody has no plan");
    let mut shared = BTreeMap::<&str, usize>::new();
    for (email, ..) in &people {
        *shared.entry(email).or_default() += 1;
    }
    assert!(shared.values().any(|n| *n > 1), "an address is ambiguous");
    let strangers =
        accounts.iter().filter(|a| a.ends_with(MICROSOFT_DOMAIN) && !shared.contains_key(a.as_str()));
    assert_eq!(strangers.count(), 1, "somebody is no associate");
}

#[tokio::test]
async fn the_providers_and_the_login_page_are_where_they_were_when_the_demo_starts_again() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(folder.path(), 43_210).await.unwrap();
    let (url, accounts) = (first.login.page.url.clone(), first.providers.surfaces().clone());
    let keys = first.providers.running.twin().google(|google, _| google.directory.users.len());
    first.login.page.house.tend().await.unwrap();
    assert!(first.login.page.house.is_ready().await);
    drop(first.login);
    first.providers.stop().await.unwrap();
    // Sockets are closed by tasks that end in their own time.
    tokio::time::sleep(Duration::from_millis(200)).await;

    let again = start(folder.path(), 43_210).await.unwrap();
    assert_eq!(again.login.page.url, url);
    assert_eq!(again.providers.surfaces().google_accounts, accounts.google_accounts);
    assert_eq!(again.providers.surfaces().microsoft_login, accounts.microsoft_login);
    assert_eq!(again.providers.running.twin().google(|google, _| google.directory.users.len()), keys);
}
