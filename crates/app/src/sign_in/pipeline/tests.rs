use super::*;
use async_trait::async_trait;
use domain::identity::{AuthenticationPluginInfo, Bound, Found, IdentityKey, Rules};

#[derive(Debug, Clone)]
struct Scripted {
    rank: i32,
    examine: Verdict,
    resolve: Option<Resolution>,
    confirm: Opinion,
}

fn silent(rank: i32) -> Scripted {
    Scripted { rank, examine: Verdict::NoObjection, resolve: None, confirm: Opinion::Silent }
}

#[async_trait]
impl AuthenticationPlugin for Scripted {
    fn info(&self) -> AuthenticationPluginInfo {
        AuthenticationPluginInfo { name: "scripted".into(), rank: self.rank }
    }

    async fn examine(&self, _: &Evidence) -> Result<Verdict> {
        Ok(self.examine.clone())
    }

    async fn resolve(&self, _: &Evidence, _: &dyn Directory) -> Result<Option<Resolution>> {
        Ok(self.resolve.clone())
    }

    async fn confirm(&self, _: &Evidence, who: AssociateId, _: &dyn Directory) -> Result<Opinion> {
        match (&self.confirm, &self.resolve) {
            // A validator that only speaks about the one it is asked to reject.
            (Opinion::Rejected(why), _) if who == AssociateId(1) => Ok(Opinion::Rejected(why.clone())),
            (Opinion::Rejected(_), _) => Ok(Opinion::Silent),
            (other, _) => Ok(other.clone()),
        }
    }
}

struct Nobody;

#[async_trait]
impl Directory for Nobody {
    async fn find(&self, _: &Identity, _: Option<&str>) -> Result<Found> {
        Ok(Found::default())
    }

    async fn bound(&self, _: &IdentityKey) -> Result<Option<AssociateId>> {
        Ok(None)
    }

    async fn associate(&self, _: AssociateId) -> Result<Option<Bound>> {
        Ok(None)
    }

    async fn rules(&self) -> Result<Rules> {
        Ok(Rules::default())
    }
}

async fn run(plugins: Vec<Scripted>) -> Outcome {
    let plugins: Vec<Arc<dyn AuthenticationPlugin>> =
        plugins.into_iter().map(|p| Arc::new(p) as Arc<dyn AuthenticationPlugin>).collect();
    let evidence = Evidence {
        installation: "nordlys".into(),
        tokens: Vec::new(),
        nonce: String::new(),
        invitation: None,
        ip: String::new(),
        now: jiff::Timestamp::UNIX_EPOCH,
    };
    authenticate(&plugins, &evidence, &Nobody).await.unwrap()
}

fn known(id: i64) -> Outcome {
    Outcome::Admitted(AssociateId(id), Admittance::Known(None))
}

fn turned(why: &str) -> Outcome {
    Outcome::Turned(why.into(), None, None)
}

#[tokio::test]
async fn the_rounds_as_a_table() {
    let says =
        |rank, id| Scripted { resolve: Some(Resolution::Associate(AssociateId(id), None)), ..silent(rank) };
    let valid = |rank| Scripted { confirm: Opinion::Valid, ..silent(rank) };
    let rejects = |rank| Scripted { confirm: Opinion::Rejected("partner.no".into()), ..silent(rank) };
    let objects = |rank| Scripted { examine: Verdict::Rejected("partner.blocked".into()), ..silent(rank) };
    let refuses = |rank| Scripted {
        resolve: Some(Resolution::Refused("identity.retired".into(), None)),
        ..silent(rank)
    };
    let table = [
        ("nobody says anything", vec![silent(1)], turned("identity.unknown")),
        ("a match that nobody confirms is refused", vec![says(1, 1)], turned("identity.unconfirmed")),
        ("a match and one voice for it", vec![says(1, 1), valid(2)], known(1)),
        ("the first match is taken", vec![says(1, 1), says(2, 2), valid(3)], known(1)),
        (
            "one objection at the door ends it",
            vec![says(1, 1), valid(2), objects(3)],
            turned("partner.blocked"),
        ),
        (
            "a rejected match is dropped and the next is asked",
            vec![says(1, 1), says(2, 2), rejects(3), valid(4)],
            known(2),
        ),
        ("a rejected match with nobody after", vec![says(1, 1), rejects(2), valid(3)], turned("partner.no")),
        ("one refuses, another knows", vec![refuses(1), says(2, 2), valid(3)], known(2)),
        ("one refuses and nobody else knows", vec![refuses(1), valid(2)], turned("identity.retired")),
    ];
    for (case, plugins, expected) in table {
        assert_eq!(run(plugins).await, expected, "{case}");
    }
}
